"""Make the tables of cohorts and of drawings of a network."""


import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('simapp', '0014_experiments'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Cohort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('packed', models.BinaryField()),
                ('size', models.PositiveIntegerField()),
                ('source', models.CharField(max_length=200)),
                ('step', models.IntegerField()),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cohorts', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cohorts', to='simapp.run')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('run', 'name'), name='one_cohort_per_name')],
            },
        ),
        migrations.CreateModel(
            name='NetworkLayout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rows', models.BigIntegerField()),
                ('step', models.IntegerField()),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=10)),
                ('claim', models.PositiveIntegerField(default=0)),
                ('progress', models.FloatField(default=0.0)),
                ('doing', models.CharField(blank=True, max_length=200)),
                ('error', models.TextField(blank=True)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('hash', models.CharField(blank=True, max_length=64)),
                ('facts', models.JSONField(blank=True, default=dict)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('touched', models.DateTimeField(blank=True, help_text='when its worker last reported', null=True)),
                ('ended', models.DateTimeField(blank=True, null=True)),
                ('run', models.ForeignKey(help_text='for which it was asked first', on_delete=django.db.models.deletion.CASCADE, related_name='+', to='simapp.run')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('rows', 'step'), name='one_layout_per_step')],
            },
        ),
    ]
