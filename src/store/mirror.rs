//! The copy outside the database of how far it had come, and what the two say together: whether the
//! browser wiped one of them. Knows nothing of where the copy is kept.

use serde::{Deserialize, Serialize};

use super::identity::Install;
use crate::domain::alarm::Loss;

/// What is copied outside the database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mirror {
    /// The number the next record was going to get.
    pub next_seq: u64,
    /// Records without a receipt when last counted.
    pub unsent: u64,
    /// What was lost, until a person has read it.
    pub loss: Option<Loss>,
    /// Whether the browser had promised to keep the data.
    pub persisted: Option<bool>,
    /// Until when the person is spared being told that it had not, milliseconds since 1970.
    pub hushed_until_ms: u64,
}

/// What the database says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The install's id; `None` when it has none.
    pub install_id: Option<String>,
    /// The number the next record will get.
    pub next_seq: u64,
}

/// What was lost, given the database, the copy of the install's id and the rest of the copy. A loss
/// that nobody has read yet stands until somebody has, whatever both say by now.
pub fn loss(database: &Standing, install_copy: Option<&str>, mirror: &Mirror) -> Option<Loss> {
    let went_back = mirror.next_seq.saturating_sub(database.next_seq);
    let found = match Install::compare(database.install_id.clone(), install_copy.map(str::to_owned)) {
        Install::Fresh => None,
        // The numbers given are gone, all of them.
        Install::DatabaseLost { .. } => {
            Some(Loss::Records { numbers: mirror.next_seq.saturating_sub(1), unsent: mirror.unsent })
        }
        // The database is there, in an earlier state.
        Install::Known(_) | Install::MirrorLost { .. } if went_back > 0 => {
            Some(Loss::Records { numbers: went_back, unsent: mirror.unsent.min(went_back) })
        }
        Install::Known(_) => None,
        Install::MirrorLost { .. } => Some(Loss::Settings),
    };
    match (found, mirror.loss) {
        (Some(Loss::Records { .. }), _) | (_, None) => found,
        (_, unread) => unread,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(id: Option<&str>, next_seq: u64) -> Standing {
        Standing { install_id: id.map(str::to_owned), next_seq }
    }

    fn mirror(next_seq: u64, unsent: u64) -> Mirror {
        Mirror { next_seq, unsent, ..Mirror::default() }
    }

    #[test]
    fn the_truth_table() {
        let records = |numbers, unsent| Some(Loss::Records { numbers, unsent });
        for (database, copy, mirror, wanted) in [
            (standing(None, 1), None, mirror(0, 0), None),
            (standing(Some("a"), 5), Some("a"), mirror(5, 2), None),
            (standing(Some("a"), 9), Some("a"), mirror(5, 2), None),
            (standing(None, 1), Some("a"), mirror(0, 0), records(0, 0)),
            (standing(None, 1), Some("a"), mirror(12, 3), records(11, 3)),
            (standing(Some("a"), 4), Some("a"), mirror(9, 2), records(5, 2)),
            (standing(Some("a"), 8), Some("a"), mirror(9, 4), records(1, 1)),
            (standing(Some("a"), 5), None, mirror(0, 0), Some(Loss::Settings)),
            (standing(Some("a"), 5), Some("b"), mirror(5, 0), Some(Loss::Settings)),
            (standing(Some("a"), 1), Some("b"), mirror(5, 3), records(4, 3)),
        ] {
            assert_eq!(loss(&database, copy, &mirror), wanted, "{database:?} {copy:?} {mirror:?}");
        }
    }

    #[test]
    fn an_unread_loss_stands_and_a_worse_one_takes_its_place() {
        let unread = |loss| Mirror { loss: Some(loss), ..mirror(5, 1) };
        let old = Loss::Records { numbers: 7, unsent: 3 };
        assert_eq!(loss(&standing(Some("a"), 5), Some("a"), &unread(old)), Some(old));
        assert_eq!(loss(&standing(Some("a"), 5), None, &unread(old)), Some(old));
        assert_eq!(
            loss(&standing(None, 1), Some("a"), &unread(Loss::Settings)),
            Some(Loss::Records { numbers: 4, unsent: 1 })
        );
    }
}
