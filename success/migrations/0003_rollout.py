"""A scorecard remembers how far the pass over all accounts came; those in force now have been applied."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("success", "0002_storage")]

    operations = [
        migrations.AddField(
            model_name="scorecard",
            name="reached",
            field=models.UUIDField(help_text="The last account that was scored anew with it.", null=True),
        ),
        migrations.AddField(
            model_name="scorecard",
            name="applied_at",
            field=models.DateTimeField(
                help_text="When all accounts had been scored anew with it; empty while that goes on.", null=True
            ),
        ),
        migrations.RunSQL("UPDATE success_scorecard SET applied_at = published_at", migrations.RunSQL.noop),
    ]
