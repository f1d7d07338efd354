//! Wordings of the device lock with figures in them.

use super::{pick, store_problem};
use crate::store::outbox::Counts;
use crate::store::sealed::pin::PinFault;
use crate::store::sealed::vault::{Patience, VaultError};

/// What waits behind a closed lock; only counted, not read.
pub fn waiting_behind_lock(counts: &Counts) -> String {
    match (counts.pending_records(), counts.pending_photos()) {
        (0, 0) => pick(
            "记录都在手机里，开锁后能看能改。".into(),
            "Everything is on the phone; unlock to see it.".into(),
        ),
        (records, photos) => pick(
            format!("{records} 条记录、{photos} 张照片等着送：开锁后自动送。"),
            format!("Waiting to be sent: records {records}, photos {photos}. Unlock, and they go."),
        ),
    }
}

/// Why the lock did not do what was asked, and what to do.
pub fn vault_problem(error: &VaultError, patience: Patience) -> String {
    match error {
        VaultError::Wrong => match (patience.tries_left, patience.wait_ms) {
            (0, 1..) => wait_for_try(patience.wait_ms),
            (left, _) => pick(
                format!("PIN 不对。还能试 {left} 次，之后要等；不会删除任何内容。"),
                format!("Wrong PIN. Tries left before a wait: {left}. Nothing is ever deleted."),
            ),
        },
        VaultError::Wait { left_ms } => wait_for_try(*left_ms),
        VaultError::Keys(_) => pick(
            "浏览器的加密没有成功。请关掉再打开；还不行就用恢复码。".into(),
            "The browser's encryption failed. Close and open again; if that fails, use the recovery code."
                .into(),
        ),
        VaultError::Store(error) => store_problem(error),
    }
}

/// How long until the next try.
pub fn wait_for_try(left_ms: u64) -> String {
    let seconds = left_ms.div_ceil(1_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    pick(
        format!("试得太多了。{minutes} 分 {seconds:02} 秒后再试；不会删除任何内容。"),
        format!("Too many tries. Try again in {minutes}:{seconds:02}. Nothing is deleted."),
    )
}

/// Why a new PIN is refused.
pub fn pin_problem(fault: PinFault) -> String {
    let (zh, en) = match fault {
        PinFault::Short => (
            "太短：至少 6 位数字，或 8 个字的短语。",
            "Too short: at least 6 digits, or a phrase of 8 letters.",
        ),
        PinFault::Long => {
            ("太长：数字最多 12 位，短语最多 64 个字。", "Too long: at most 12 digits, or 64 letters.")
        }
        PinFault::Easy => {
            ("太容易猜到。换一个不连续、不重复的。", "Too easy to guess. Choose one without rows or repeats.")
        }
    };
    pick(zh.to_owned(), en.to_owned())
}

/// The two PINs typed differ.
pub fn pins_differ() -> String {
    pick("两次输的不一样。".into(), "The two are not the same.".into())
}

/// A group of the recovery code.
pub fn code_group(number: usize) -> String {
    pick(format!("第 {number} 组"), format!("Group {number}"))
}

/// Minutes away.
pub fn minutes(number: u32) -> String {
    pick(format!("{number} 分钟"), format!("{number} min"))
}
