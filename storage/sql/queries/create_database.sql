-- The database that holds all tables.
CREATE DATABASE IF NOT EXISTS {database:Identifier}
