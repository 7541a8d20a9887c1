"""Room on each page for the new version of a row: no index mentions what changes in features and health."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("success", "0001_initial")]

    operations = [
        migrations.RunSQL(
            [f"ALTER TABLE {table} SET (fillfactor = 60)"],
            [f"ALTER TABLE {table} RESET (fillfactor)"],
        )
        for table in ("success_feature", "success_health")
    ]
