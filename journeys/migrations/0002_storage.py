"""Room on each page of the rollups for the new version of a row: no index mentions what changes in them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("journeys", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE journeys_dailyrollup SET (fillfactor = 70)",
            "ALTER TABLE journeys_dailyrollup RESET (fillfactor)",
        ),
    ]
