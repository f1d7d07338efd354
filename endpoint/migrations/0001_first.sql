-- Only TEXT and BIGINT, and only SQL that SQLite and Postgres both take.

-- What the store is: its identity, its epoch and its counters. One row each, never deleted.
CREATE TABLE meta (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
);
CREATE TABLE counters (
    name TEXT PRIMARY KEY NOT NULL,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES
    ('epoch', 1), ('server_seq', 0), ('change_seq', 0), ('backup_watermark', 0);

-- One-time enrolment codes; only their SHA-256 is kept.
CREATE TABLE enrol_codes (
    code_sha256 TEXT PRIMARY KEY NOT NULL,
    role TEXT NOT NULL,
    sites TEXT NOT NULL,
    expires_ms BIGINT NOT NULL,
    used_ms BIGINT
);

-- Phones. A phone that enrols again keeps its device_id, so that its photos still find their records.
CREATE TABLE devices (
    device_id TEXT PRIMARY KEY NOT NULL,
    install_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    enrolled_ms BIGINT NOT NULL,
    revoked_ms BIGINT
);
CREATE TABLE device_sites (
    device_id TEXT NOT NULL REFERENCES devices (device_id),
    site TEXT NOT NULL,
    PRIMARY KEY (device_id, site)
);
CREATE TABLE tokens (
    token_sha256 TEXT PRIMARY KEY NOT NULL,
    device_id TEXT NOT NULL REFERENCES devices (device_id),
    expires_ms BIGINT NOT NULL
);

-- What each install last said of itself. Two installs of one device: the phone's storage was lost.
CREATE TABLE installs (
    device_id TEXT NOT NULL REFERENCES devices (device_id),
    install_id TEXT NOT NULL,
    next_seq BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    seen_ms BIGINT NOT NULL,
    PRIMARY KEY (device_id, install_id)
);

-- Received records, append-only, with their receipt.
CREATE TABLE items (
    item_id TEXT PRIMARY KEY NOT NULL,
    server_seq BIGINT NOT NULL UNIQUE,
    receipt_store_id TEXT NOT NULL,
    receipt_epoch BIGINT NOT NULL,
    received_at TEXT NOT NULL,
    device_id TEXT NOT NULL REFERENCES devices (device_id),
    install_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    schema_version BIGINT NOT NULL,
    author TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    tz TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    mono_ms BIGINT NOT NULL,
    body TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    supersedes TEXT,
    site TEXT,
    standard TEXT,
    flags TEXT NOT NULL
);
CREATE INDEX items_by_install ON items (install_id, seq);
CREATE INDEX items_by_standard ON items (standard);

-- Who was first with a number; a second record under the same number is flagged, not refused.
CREATE TABLE install_seqs (
    install_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    item_id TEXT NOT NULL,
    PRIMARY KEY (install_id, seq)
);

-- What was refused, whole, so that nothing is lost.
CREATE TABLE quarantine (
    device_id TEXT NOT NULL REFERENCES devices (device_id),
    raw_sha256 TEXT NOT NULL,
    item_id TEXT NOT NULL,
    problem TEXT NOT NULL,
    raw TEXT NOT NULL,
    first_ms BIGINT NOT NULL,
    PRIMARY KEY (device_id, raw_sha256)
);
CREATE INDEX quarantine_by_item ON quarantine (item_id);

-- Which device said that a record has which photo; only then may it send that photo.
CREATE TABLE blob_refs (
    device_id TEXT NOT NULL REFERENCES devices (device_id),
    sha256 TEXT NOT NULL,
    item_id TEXT NOT NULL REFERENCES items (item_id),
    len BIGINT NOT NULL,
    mime TEXT NOT NULL,
    PRIMARY KEY (device_id, sha256, item_id)
);
CREATE INDEX blob_refs_by_sha256 ON blob_refs (sha256);

-- Photos that are whole and durably stored, and which devices sent the bytes themselves.
CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY NOT NULL,
    len BIGINT NOT NULL,
    mime TEXT NOT NULL,
    stored_at TEXT NOT NULL
);
CREATE TABLE blob_holders (
    device_id TEXT NOT NULL REFERENCES devices (device_id),
    sha256 TEXT NOT NULL REFERENCES blobs (sha256),
    PRIMARY KEY (device_id, sha256)
);
-- How many bytes of an upload are on disk.
CREATE TABLE uploads (
    device_id TEXT NOT NULL REFERENCES devices (device_id),
    sha256 TEXT NOT NULL,
    received BIGINT NOT NULL,
    PRIMARY KEY (device_id, sha256)
);

-- Server-owned records. `site` is empty for those that every site reads.
CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    site TEXT NOT NULL,
    rev BIGINT NOT NULL,
    deleted BIGINT NOT NULL,
    body TEXT NOT NULL,
    change_seq BIGINT NOT NULL UNIQUE,
    PRIMARY KEY (kind, id)
);
