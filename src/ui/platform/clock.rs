//! The phone's clocks: wall time with its zone, and the monotonic clock of this run of the app.

use std::cell::{Cell, OnceCell};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, SecondsFormat, Timelike};
use wasm_bindgen::{JsCast, JsValue};

use super::ids;
use crate::domain::clock::Reading;
use crate::store::draft::Stamp;

/// The site's zone until a site says otherwise.
pub const DEFAULT_ZONE: &str = "Asia/Shanghai";

thread_local! {
    static HEARD: Cell<Option<(Reading, u64)>> = const { Cell::new(None) };
    static BOOT_ID: OnceCell<String> = const { OnceCell::new() };
    static DEVICE_ZONE: OnceCell<String> = const { OnceCell::new() };
}

/// Wall time, milliseconds since 1970 UTC.
pub fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// Milliseconds since this run began; never goes back.
pub fn mono_ms() -> u64 {
    web_sys::window().and_then(|w| w.performance()).map_or(0, |p| p.now() as u64)
}

/// Both clocks now.
pub fn reading() -> Reading {
    Reading { wall_ms: now_ms(), mono_ms: mono_ms() }
}

/// Notes the endpoint's time, just heard.
pub fn note_heard(endpoint_ms: u64) {
    HEARD.set(Some((reading(), endpoint_ms)));
}

/// What was last heard of the endpoint's time, once.
pub fn take_heard() -> Option<(Reading, u64)> {
    HEARD.take()
}

/// Identity of this run of the app.
pub fn boot_id() -> String {
    BOOT_ID.with(|id| id.get_or_init(ids::new_id).clone())
}

/// Everything a record says about when it was captured.
pub fn stamp() -> Stamp {
    Stamp { at: rfc3339(now_ms()), tz: device_zone(), boot_id: boot_id(), mono_ms: mono_ms() }
}

/// Wall time as RFC 3339 with the device's offset.
pub fn rfc3339(ms: u64) -> String {
    local(ms).map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, false)).unwrap_or_default()
}

/// Hours and minutes of a wall time on this device, such as `09:05`.
pub fn hour_minute(ms: u64) -> String {
    local(ms).map(|at| format!("{:02}:{:02}", at.hour(), at.minute())).unwrap_or_default()
}

/// Month, day, hours and minutes of an RFC 3339 time, on this device; the text itself when it is
/// not one.
pub fn short_moment(rfc3339: &str) -> String {
    match DateTime::parse_from_rfc3339(rfc3339) {
        Ok(at) => {
            let ms = u64::try_from(at.timestamp_millis()).unwrap_or_default();
            local(ms)
                .map(|at| format!("{:02}-{:02} {:02}:{:02}", at.month(), at.day(), at.hour(), at.minute()))
                .unwrap_or_default()
        }
        Err(_) => rfc3339.to_owned(),
    }
}

/// Today's date in the site's zone (all dates are the site's local date).
pub fn today_in(zone: &str) -> NaiveDate {
    date_in(zone, now_ms())
        .or_else(|| local(now_ms()).map(|at| at.date_naive()))
        .expect("the device has a date")
}

/// Minutes after local midnight in the site's zone.
pub fn minute_of_day_in(zone: &str) -> u16 {
    let options = js_sys::Object::new();
    set(&options, "timeZone", zone);
    set(&options, "hour", "2-digit");
    set(&options, "minute", "2-digit");
    set(&options, "hourCycle", "h23");
    let text = format_parts("en-GB", &options, now_ms());
    let (hours, minutes) = text.split_once(':').unwrap_or(("0", "0"));
    hours.parse::<u16>().unwrap_or(0) * 60 + minutes.parse::<u16>().unwrap_or(0)
}

fn date_in(zone: &str, ms: u64) -> Option<NaiveDate> {
    let options = js_sys::Object::new();
    set(&options, "timeZone", zone);
    set(&options, "year", "numeric");
    set(&options, "month", "2-digit");
    set(&options, "day", "2-digit");
    // en-CA writes dates as ISO 8601 does.
    format_parts("en-CA", &options, ms).parse().ok()
}

fn format_parts(locale: &str, options: &js_sys::Object, ms: u64) -> String {
    let locales = js_sys::Array::of1(&JsValue::from_str(locale));
    let format = js_sys::Intl::DateTimeFormat::new(&locales, options);
    format
        .format()
        .call1(&JsValue::UNDEFINED, &JsValue::from_f64(ms as f64))
        .ok()
        .and_then(|text| text.as_string())
        .unwrap_or_default()
}

fn set(options: &js_sys::Object, name: &str, value: &str) {
    // A plain new object takes any property.
    let _ = js_sys::Reflect::set(options, &JsValue::from_str(name), &JsValue::from_str(value));
}

fn device_zone() -> String {
    DEVICE_ZONE.with(|zone| {
        zone.get_or_init(|| {
            let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
            let options = format.resolved_options();
            js_sys::Reflect::get(options.unchecked_ref(), &JsValue::from_str("timeZone"))
                .ok()
                .and_then(|zone| zone.as_string())
                .unwrap_or_else(|| "UTC".to_owned())
        })
        .clone()
    })
}

fn local(ms: u64) -> Option<DateTime<FixedOffset>> {
    let date = js_sys::Date::new(&JsValue::from_f64(ms as f64));
    // JavaScript counts minutes west of Greenwich.
    let offset = FixedOffset::west_opt(date.get_timezone_offset() as i32 * 60)?;
    Some(DateTime::from_timestamp_millis(i64::try_from(ms).ok()?)?.with_timezone(&offset))
}
