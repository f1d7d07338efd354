//! Wire contract, protocol 1: JSON bodies shared by the app and the endpoint.
//!
//! `body` is a string that holds the record's JSON text. It is serialised once and sent as those
//! bytes for ever, so that no two languages need to agree on canonical JSON.

use serde::{Deserialize, Serialize};

/// The protocol's number.
pub const PROTOCOL: u32 = 1;
/// At most so many items in one push.
pub const MAX_PUSH_ITEMS: usize = 100;
/// At most so many bytes in one push.
pub const MAX_PUSH_BYTES: usize = 1024 * 1024;
/// At most so many bytes in one chunk of a photo.
pub const MAX_CHUNK_BYTES: usize = 256 * 1024;
/// What every problem's `type` begins with.
pub const PROBLEM_PREFIX: &str = "urn:rounds:problem:";
/// The media type of a chunk.
pub const CHUNK_MIME: &str = "application/offset+octet-stream";

/// Answer of `GET /v1/health`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// Always `rounds-endpoint`.
    pub service: String,
    /// The protocol it speaks.
    pub protocol: u32,
    /// Identity of the store behind it.
    pub store_id: String,
    /// Raised whenever the store was restored.
    pub epoch: u64,
}

/// Body of `POST /v1/enrol`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolRequest {
    /// One-time, 15 minutes.
    pub code: String,
    /// As the person would call the phone.
    pub device_name: String,
    /// Made once on the phone.
    pub install_id: String,
}

/// Answer 201 of `POST /v1/enrol`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolAnswer {
    /// The endpoint's name for the phone.
    pub device_id: String,
    /// Opaque; sent as `Authorization: Bearer`.
    pub token: String,
    /// What the person may do.
    pub role: DeviceRole,
    /// Ids of the sites it may see.
    pub sites: Vec<String>,
}

/// Answer 201 of `POST /v1/token`. The token that asked goes on until this one is first used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenAnswer {
    /// Opaque; sent as `Authorization: Bearer`.
    pub token: String,
    /// The endpoint's own clock, RFC 3339 UTC.
    pub expires_at: String,
}

/// What an enrolled device's person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceRole {
    /// 客服管家
    Butler,
    /// 品质检查员
    Inspector,
    /// 项目经理
    Manager,
}

/// Body of `POST /v1/push`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushRequest {
    /// [`PROTOCOL`].
    pub protocol: u32,
    /// From enrolment.
    pub device_id: String,
    /// Made once on the phone.
    pub install_id: String,
    /// The number the next record will get.
    pub next_seq: u64,
    /// Records on the phone without a receipt, those in this push and those of other installs included.
    pub pending: u64,
    /// The newest the phone has seen of the store.
    pub seen: Seen,
    /// At most [`MAX_PUSH_ITEMS`].
    pub items: Vec<PushItem>,
}

/// The newest a phone has seen of a store; all empty or 0 before the first answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seen {
    /// Identity of the store.
    pub store_id: String,
    /// Its epoch.
    pub epoch: u64,
    /// The highest `server_seq` in a receipt.
    pub server_seq: u64,
    /// The record that has this number. A store restored from a backup gives numbers again: it
    /// knows by this that they went to other records meanwhile.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item_id: String,
}

/// One record on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushItem {
    /// UUIDv7, made once when the draft begins. Identity only, never order.
    pub item_id: String,
    /// Per install, from 1; only for finding gaps.
    pub seq: u64,
    /// Such as `result`.
    pub kind: String,
    /// Version of the body's shape.
    pub schema: u32,
    /// Who made it.
    pub author: String,
    /// Device wall time, RFC 3339 with offset.
    pub captured_at: String,
    /// IANA time zone of the device.
    pub tz: String,
    /// Identity of the run of the app in which it was made.
    pub boot_id: String,
    /// Monotonic milliseconds within that run.
    pub mono_ms: u64,
    /// The record's JSON text.
    pub body: String,
    /// Hex SHA-256 of the body's UTF-8 bytes.
    pub body_sha256: String,
    /// Photos that belong to it.
    pub blobs: Vec<BlobRef>,
    /// The record it corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// The install that made the record and gave it `seq`, where that is another than the push's:
    /// the record came over in an exported file. Empty when the file did not know; `seq` then counts
    /// for nobody. Absent: the push's own install made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin_install: Option<String>,
}

/// A photo by its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlobRef {
    /// Hex SHA-256 of the bytes.
    pub sha256: String,
    /// Bytes.
    pub len: u64,
    /// Such as `image/jpeg`.
    pub mime: String,
}

/// Answer 200 of `POST /v1/push`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushAnswer {
    /// Identity of the store.
    pub store_id: String,
    /// Its epoch.
    pub epoch: u64,
    /// Every `server_seq` up to it is in a backup; 0 when none is.
    pub backup_watermark: u64,
    /// One an item, in the request's order.
    pub outcomes: Vec<Outcome>,
}

/// What became of one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Outcome {
    /// Which.
    pub item_id: String,
    /// What became of it.
    pub status: OutcomeStatus,
    /// With `stored` and `duplicate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// With `rejected` and `deferred`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// What became of one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OutcomeStatus {
    /// New, durably stored.
    Stored,
    /// Was stored before with the same bytes.
    Duplicate,
    /// Will never be stored as it is.
    Rejected,
    /// Not yet: something it needs is missing.
    Deferred,
}

/// The endpoint's word that a record is durably stored (回执).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// Which record.
    pub item_id: String,
    /// Which bytes.
    pub body_sha256: String,
    /// Its number in the store.
    pub server_seq: u64,
    /// Identity of the store.
    pub store_id: String,
    /// Its epoch.
    pub epoch: u64,
    /// The endpoint's own clock, RFC 3339 UTC.
    pub received_at: String,
}

/// An error as `application/problem+json` (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// [`PROBLEM_PREFIX`] and a code.
    #[serde(rename = "type")]
    pub kind: String,
    /// A few words.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong and what to do.
    pub detail: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// Where one item is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_id: Option<String>,
}

/// Answer of `GET /v1/pull?cursor=C`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullAnswer {
    /// Where to go on.
    pub cursor: String,
    /// True while there is more behind it.
    pub more: bool,
    /// Newest revision of each record since the cursor asked with.
    pub records: Vec<PulledRecord>,
}

/// One server-owned record: `site`, `staff`, `place`, `standard`, `task`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PulledRecord {
    /// `site`, `staff`, `place`, `standard`, `task`; a kind not known is kept and ignored.
    pub kind: String,
    /// Unique within its kind.
    pub id: String,
    /// Revision.
    pub rev: u64,
    /// True when it is gone.
    #[serde(default)]
    pub deleted: bool,
    /// The record; `null` when gone.
    pub body: serde_json::Value,
}

/// Body of `POST /v1/blobs/missing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MissingRequest {
    /// Photos asked about.
    pub sha256: Vec<String>,
}

/// Answer of `POST /v1/blobs/missing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MissingAnswer {
    /// Those not whole yet; a photo asked about and not listed is durably stored.
    pub missing: Vec<MissingBlob>,
}

/// A photo the endpoint does not have whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MissingBlob {
    /// Which.
    pub sha256: String,
    /// Bytes it has.
    pub offset: u64,
}

impl Problem {
    /// A problem of this project's own codes.
    pub fn new(code: &str, status: u16, title: &str, detail: impl Into<String>, retryable: bool) -> Self {
        Self {
            kind: format!("{PROBLEM_PREFIX}{code}"),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            retryable,
            item_id: None,
        }
    }

    /// The code behind [`PROBLEM_PREFIX`]; empty for a foreign problem.
    pub fn code(&self) -> &str {
        self.kind.strip_prefix(PROBLEM_PREFIX).unwrap_or_default()
    }
}
