//! Line icons, drawn for this app on a 24 × 24 grid: only the insides, for `<svg class="icon">`.
//! Stroke, ends and colour come from the style sheet. This file must know nothing of components.

/// 今日: a day's page with its first line done.
pub const TODAY: &str =
    r#"<path d="M5 5.5h14V20H5zM8.5 3v4M15.5 3v4M5 10h14"/><path d="m9 14.8 2.1 2.1 4-4.3"/>"#;
/// 标准: the open book.
pub const STANDARDS: &str = r#"<path d="M12 6.5C10 5 7 4.6 3.5 4.8v13.6c3.5-.2 6.5.2 8.5 1.7 2-1.5 5-1.9 8.5-1.7V4.8C17 4.6 14 5 12 6.5zM12 6.5v13.6"/>"#;
/// 同步: out and back.
pub const SYNC: &str = r#"<path d="M7.5 20V5M3.8 8.7 7.5 5l3.7 3.7M16.5 4v15M12.8 15.3l3.7 3.7 3.7-3.7"/>"#;
/// 我: a person.
pub const ME: &str = r#"<circle cx="12" cy="8" r="3.8"/><path d="M4.5 20c.8-4 3.7-6 7.5-6s6.7 2 7.5 6"/>"#;
/// Back.
pub const BACK: &str = r#"<path d="M14.5 5 7.5 12l7 7"/>"#;
/// Forward: what opens.
pub const FORWARD: &str = r#"<path d="m9.5 5 7 7-7 7"/>"#;
/// A camera.
pub const CAMERA: &str =
    r#"<path d="M3.5 8h4l1.8-2.5h5.4L16.5 8h4v11h-17z"/><circle cx="12" cy="13" r="3.3"/>"#;
/// 合格.
pub const CHECK: &str = r#"<path d="m4.5 12.8 4.8 4.7L19.5 6.8"/>"#;
/// 不合格.
pub const CROSS: &str = r#"<path d="m6 6 12 12M18 6 6 18"/>"#;
/// 不适用.
pub const MINUS: &str = r#"<path d="M5 12h14"/>"#;
/// More: adding one.
pub const PLUS: &str = r#"<path d="M12 5v14M5 12h14"/>"#;
/// On this phone.
pub const PHONE: &str = r#"<rect x="7" y="2.8" width="10" height="18.4" rx="2"/><path d="M10.8 18h2.4"/>"#;
/// The company has received it: a tray with a tick.
pub const RECEIVED: &str = r#"<path d="M3.5 13.5h4.7l1.6 2.7h4.4l1.6-2.7h4.7V20h-17zM3.5 13.5 6 8.5M20.5 13.5 18 8.5"/><path d="m8.3 6.8 2.7 2.7 4.8-5.2"/>"#;
/// Being sent.
pub const ARROW_UP: &str = r#"<path d="M12 20V4.5M5.5 11 12 4.5l6.5 6.5"/>"#;
/// Something is wrong.
pub const WARNING: &str = r#"<path d="M12 3.8 2.8 19.8h18.4zM12 10v4.5M12 17.2v.1"/>"#;
/// Search.
pub const SEARCH: &str = r#"<circle cx="10.8" cy="10.8" r="6.3"/><path d="m15.5 15.5 4.7 4.7"/>"#;
/// A clock.
pub const CLOCK: &str = r#"<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.3l3.5 2"/>"#;
/// 量: a ruler.
pub const RULER: &str =
    r#"<path d="m3 16.2 13.2-13.2L21 7.8 7.8 21zM7.2 12l2 2M10.2 9l2.8 2.8M13.2 6l2 2"/>"#;
/// 看: an eye.
pub const EYE: &str = r#"<path d="M2.5 12C4.8 7.8 8 5.8 12 5.8s7.2 2 9.5 6.2c-2.3 4.2-5.5 6.2-9.5 6.2S4.8 16.2 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>"#;
/// 问: a question.
pub const QUESTION: &str =
    r#"<path d="M8.3 8.6C8.5 6.3 10 5 12.1 5c2.2 0 3.8 1.4 3.8 3.4 0 2.9-3.8 3-3.8 6M12.1 18.7v.1"/>"#;
/// 查: a clipboard with a tick.
pub const CLIPBOARD_CHECK: &str =
    r#"<path d="M8.5 5H5.5v16h13V5h-3M8.5 3.3h7v3.4h-7z"/><path d="m9 13.6 2.2 2.2 4-4.4"/>"#;
/// 演: two masks.
pub const ROLE_PLAY: &str = r#"<path d="M3 4.5h9.5v6c0 3.2-2 5.2-4.7 5.2S3 13.7 3 10.5zM5.6 8.3h.9M9 8.3h.9M5.8 11.5c1.2 1 2.8 1 4 0"/><path d="M14.5 9.3H21v5.5c0 3.2-2 5.4-4.7 5.4-1.6 0-3-.8-3.9-2.1M17.7 13h.9M14.8 16.7c1-.9 2.4-.9 3.4 0"/>"#;
/// Save to a file.
pub const DOWNLOAD: &str = r#"<path d="M12 4v11M6.5 10 12 15.5 17.5 10M4.5 20h15"/>"#;
/// Remove.
pub const TRASH: &str =
    r#"<path d="M4 6.5h16M9 6.5V4h6v2.5M6 6.5 7 20h10l1-13.5M10.2 10.5v5.5M13.8 10.5v5.5"/>"#;
/// Change.
pub const EDIT: &str = r#"<path d="m4 20 1-4.5L16.3 4.2l3.5 3.5L8.5 19zM14 6.5l3.5 3.5"/>"#;
/// Language.
pub const GLOBE: &str = r#"<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 4.6 5 12.4 0 17M12 3.5c-5 4.6-5 12.4 0 17"/>"#;
/// Light.
pub const SUN: &str = r#"<circle cx="12" cy="12" r="4"/><path d="M12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M18.7 5.3 17 7M7 17l-1.7 1.7"/>"#;
/// Dark.
pub const MOON: &str = r#"<path d="M20 14.2A8.3 8.3 0 0 1 9.8 4 8.3 8.3 0 1 0 20 14.2z"/>"#;
/// A place.
pub const BUILDING: &str =
    r#"<path d="M5 21V3.5h9V21M14 9.5h5V21M3 21h18M8.2 7.5h2.6M8.2 11.5h2.6M8.2 15.5h2.6"/>"#;
/// What the phone keeps: a pile of discs.
pub const DISK: &str = r#"<path d="M5 6.5C5 4.8 8 3.5 12 3.5s7 1.3 7 3-3 3-7 3-7-1.3-7-3zM5 6.5v11c0 1.7 3 3 7 3s7-1.3 7-3v-11M5 12c0 1.7 3 3 7 3s7-1.3 7-3"/>"#;
/// Two pages, one over the other.
pub const PAGES: &str = r#"<path d="M8 3.5h12v13H8zM16 16.5v4H4v-13h4M8 7.5h12"/>"#;
/// The device lock.
pub const LOCK: &str = r#"<rect x="5" y="10.5" width="14" height="10" rx="2"/><path d="M8 10.5V7.8a4 4 0 0 1 8 0v2.7M12 14.5v2.2"/>"#;
