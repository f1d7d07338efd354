//! Wordings of delivery: the chip, the custody ladder, enrolment, what the endpoint refused.

use super::{pick, store_problem};
use crate::store::StoreError;
use crate::store::outbox::ProblemNote;
use crate::sync::enrol::EnrolError;
use crate::sync::status::{ChipState, Phase, SyncStatus};
use crate::ui::platform::clock;

/// The sync chip's words.
pub fn chip(state: ChipState, pending: u64, enrolled: bool) -> String {
    match state {
        _ if !enrolled && pending == 0 => pick("未登记".into(), "Not connected".into()),
        ChipState::Synced => pick("公司已全收到".into(), "All received".into()),
        ChipState::Sending => pick(format!("正在送 {pending}"), format!("Sending {pending}")),
        ChipState::Blocked => pick(format!("要处理 {pending}"), format!("Needs you {pending}")),
        ChipState::Pending if pending == 0 => pick("正在核对".into(), "Checking".into()),
        // All records are there, and photos still on their way.
        ChipState::Waiting | ChipState::Offline if pending == 0 => {
            pick("照片待送".into(), "Photos to send".into())
        }
        ChipState::Pending | ChipState::Waiting | ChipState::Offline => {
            pick(format!("已存手机 {pending}"), format!("On phone {pending}"))
        }
    }
}

/// Who holds the records, in one line.
pub fn custody(status: &SyncStatus, enrolled: bool, kept_back: bool) -> String {
    let (records, photos) = (status.counts.pending_records(), status.counts.pending_photos());
    match (records, photos, status.counts.blocked()) {
        (0, 0, 0) if !enrolled => pick(
            "这台手机还没有登记，也没有记录".into(),
            "This phone is not connected and holds no records".into(),
        ),
        (0, 0, 0) if kept_back => pick(
            "送出的公司都收到了，手机上还有没送的".into(),
            "All that was sent is received; something is still on this phone".into(),
        ),
        (0, 0, 0) => {
            pick("公司已全部收到，手机可以交回".into(), "All received: safe to hand in the phone".into())
        }
        (0, 0, b) => pick(format!("{b} 条已搁置，等你处理"), format!("{b} set aside, waiting for you")),
        (r, 0, _) => pick(format!("{r} 条记录还在这台手机"), format!("Records still on this phone: {r}")),
        (0, p, _) => pick(format!("{p} 张照片还在这台手机"), format!("Photos still on this phone: {p}")),
        (r, p, _) => pick(
            format!("{r} 条记录、{p} 张照片还在这台手机"),
            format!("Still on this phone: records {r}, photos {p}"),
        ),
    }
}

/// What is going on with delivery.
pub fn custody_detail(status: &SyncStatus, enrolled: bool) -> String {
    match status.phase {
        // The alarm above says the rest.
        Phase::NeedsEnrolment | Phase::Revoked if enrolled => {
            pick("记录都在手机里，一条不少。".into(), "Every record is still on the phone.".into())
        }
        Phase::Failed(_) => store_problem(&StoreError::Other(String::new())),
        Phase::Sending => pick("正在和公司通信。".into(), "Talking to the company.".into()),
        Phase::Waiting { .. } | Phase::Offline => pick(
            "现在连不上公司，记录都在手机里，连上后自动送。".into(),
            "The company cannot be reached now. Everything is on the phone and goes by itself later.".into(),
        ),
        _ => match status.last_ok_ms {
            Some(at) => pick(
                format!("上次与公司核对：{}", clock::hour_minute(at)),
                format!("Last checked with the company at {}", clock::hour_minute(at)),
            ),
            None => String::new(),
        },
    }
}

/// When the next try is.
pub fn next_try(at_ms: u64) -> String {
    let seconds = at_ms.saturating_sub(clock::now_ms()).div_ceil(1_000);
    pick(format!("{seconds} 秒后再试"), format!("Next try in {seconds} s"))
}

/// Why the endpoint did not take a record, and what to do.
pub fn problem(problem: &ProblemNote) -> String {
    let (zh, en) = match problem.code.as_str() {
        "id-reuse" => (
            "公司已有同号但内容不同的记录，两份都保留。请告诉项目经理。",
            "The company has another record under the same number; both are kept. Tell your manager.",
        ),
        "unknown-kind" => (
            "公司的系统还不认识这种记录，留了副本。请让公司升级系统后再试。",
            "The company's system does not know this kind of record yet and kept a copy. Try again after it is updated.",
        ),
        "body-hash-mismatch" | "body-not-json" => (
            "记录在途中损坏。请再试一次；还不行就导出。",
            "The record was damaged on the way. Try again; if that fails, export it.",
        ),
        "record-too-large" | "too-much" | "push-too-large" | "body-too-large" => (
            "这条记录太大，公司的系统不收。请导出，交给项目经理。",
            "The record is too large for the company's system. Export it and hand it to your manager.",
        ),
        "too-many-photos" => (
            "这条记录的照片太多，公司的系统不收。请导出，交给项目经理。",
            "The record has more photos than the company's system takes. Export it and hand it to your manager.",
        ),
        "malformed-item" | "wrong-shape" | "unknown-schema" => (
            "公司的系统读不懂这条记录。请更新巡检本后再送一次；还不行就导出，交给项目经理。",
            "The company's system cannot read this record. Update Rounds and send it again; if that fails, export it for your manager.",
        ),
        "site-not-yours" | "foreign-site" => (
            "这台手机没有这个项目的权限。请项目经理重新登记这台手机，然后再送一次。",
            "This phone may not send for that site. Have your manager connect it again, then send again.",
        ),
        "photo-too-large" | "photo-too-long" => (
            "照片太大，公司的系统不收。文字照常送。请导出，交给项目经理。",
            "The photo is too large for the company's system; the text is sent as usual. Export it for your manager.",
        ),
        "not-an-image" => (
            "公司的系统认为这不是照片。文字照常送。请导出，交给项目经理。",
            "The company's system takes this for no photo; the text is sent as usual. Export it for your manager.",
        ),
        "wrong-hash" | "hash-mismatch" => (
            "照片几次都在途中损坏。换个网络再送一次；还不行就导出。",
            "The photo was damaged on the way several times. Send it again on another network; if that fails, export it.",
        ),
        "photo-not-on-phone" => (
            "手机上没有这张照片的内容了，可能被浏览器清掉。文字照常送。请告诉项目经理。",
            "The photo's bytes are not on the phone any more; the browser may have cleared them. The text is sent as usual. Tell your manager.",
        ),
        _ => {
            return pick(
                format!("公司没有收：{}", problem.detail),
                format!("Not accepted: {}", problem.detail),
            );
        }
    };
    pick(zh.to_owned(), en.to_owned())
}

/// Why the phone could not be enrolled, and what to do.
pub fn enrol_problem(error: &EnrolError) -> String {
    let (zh, en) = match error {
        EnrolError::WrongCode => {
            ("登记码不对。请核对后再填。", "The code is wrong. Check it and enter it again.")
        }
        EnrolError::UsedCode => {
            ("这个登记码已经用过。请再要一个。", "This code was used already. Ask for another.")
        }
        EnrolError::ExpiredCode => {
            ("登记码过期了（15 分钟）。请再要一个。", "The code has expired (15 minutes). Ask for another.")
        }
        EnrolError::TooMany { .. } => {
            ("试得太多了。等一会儿再试。", "Too many tries. Wait a little, then try again.")
        }
        EnrolError::Offline | EnrolError::Slow => {
            ("连不上公司。有信号时再试。", "The company cannot be reached. Try again with signal.")
        }
        EnrolError::NotTheEndpoint => (
            "回答的不是公司的系统，可能要先登录这个网络。登录后再试。",
            "Something else answered; this network may want a sign-in first. Sign in, then try again.",
        ),
        EnrolError::Unavailable(_) => (
            "公司的系统现在办不了登记。过一会儿再试。",
            "The company's system cannot connect phones just now. Try again in a while.",
        ),
        EnrolError::Other(problem) => {
            return pick(
                format!("没有登记上：{}", problem.detail),
                format!("Not connected: {}", problem.detail),
            );
        }
    };
    pick(zh.to_owned(), en.to_owned())
}
