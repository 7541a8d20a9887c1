-- Deterministic chance and time-ordered keys, for this session alone.
CREATE OR REPLACE FUNCTION pg_temp.chance(salt text, n bigint) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(n, hashtext(salt)) & 2147483647) / 2147483648.0;

CREATE OR REPLACE FUNCTION pg_temp.pick(salt text, n bigint, among int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN floor(pg_temp.chance(salt, n) * among)::int;

-- A UUIDv7 of a moment: what the application would have made then, but the same at every run.
CREATE OR REPLACE FUNCTION pg_temp.key(salt text, n bigint, at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || left(md5(salt || n), 3)
    || '8' || substr(md5(salt || n), 4, 15)
)::uuid;

-- The key of the n-th row of those that were made one after the other: later rows have greater keys.
CREATE OR REPLACE FUNCTION pg_temp.id(salt text, n bigint, began timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_temp.key(salt, n, began + n * interval '1 millisecond');
