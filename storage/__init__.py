"""ClickHouse: client, migrations, SQL, writer and readers. Imports nothing of ours."""
