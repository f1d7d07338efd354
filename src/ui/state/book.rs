//! The standards the phone knows: the embedded pack, and editions that came from the endpoint.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::clause::{Clause, Department, Evidence, Reason, Sample, SubjectKind};
use crate::domain::procedure::{Look, Procedure, Sight};
use crate::domain::standard::Standard;
use crate::domain::task::TaskItem;
use crate::domain::text::Text;
use crate::standards;
use crate::store::{Store, Table};

/// Looks clauses up once each; a task of 500 items has few different ones.
#[derive(Default)]
pub struct Book {
    found: HashMap<(String, String, String), Arc<Clause>>,
    pulled: HashMap<String, Option<Standard>>,
}

impl Book {
    /// The clause of an item: in the embedded pack, else in an edition from the endpoint, else a
    /// bare one that can still be judged by eye. An item is never dropped for want of its text.
    pub async fn clause<S: Store>(&mut self, store: &S, item: &TaskItem) -> Arc<Clause> {
        let key = (item.standard.clone(), item.edition.clone(), item.clause.clone());
        if let Some(clause) = self.found.get(&key) {
            return clause.clone();
        }
        let clause = match standards::find(&item.standard, &item.edition, &item.clause) {
            Some(clause) => clause.clone(),
            None => self.pulled(store, item).await.unwrap_or_else(|| bare(item)),
        };
        let clause = Arc::new(clause);
        self.found.insert(key, clause.clone());
        clause
    }

    async fn pulled<S: Store>(&mut self, store: &S, item: &TaskItem) -> Option<Clause> {
        let id = format!("{}@{}", item.standard, item.edition);
        if !self.pulled.contains_key(&id) {
            let row = store.get(Table::Reference, &format!("standard/{id}")).await.ok().flatten();
            let standard = row.and_then(|row| crate::json::read(&row.json).ok());
            self.pulled.insert(id.clone(), standard);
        }
        let standard = self.pulled.get(&id)?.as_ref()?;
        standard.clauses.iter().find(|clause| clause.code == item.clause).cloned()
    }
}

/// A clause of which only the code is known.
fn bare(item: &TaskItem) -> Clause {
    let fails_as = "nonconforming".to_owned();
    let text = Text::new(
        format!("条款 {} 的内容还没有到这台手机,请按纸质标准判断", item.clause),
        format!("The text of clause {} is not on this phone yet; judge by the paper standard", item.clause),
    );
    Clause {
        code: item.clause.clone(),
        facts: Vec::new(),
        department: Department::CustomerService,
        group: Text::default(),
        wording: text.clone(),
        frequency: None,
        sample: Sample::Count(1),
        subject: SubjectKind::Site,
        procedures: vec![Procedure::Look(Look { sights: vec![Sight { text, fails_as: fails_as.clone() }] })],
        reasons: vec![Reason { code: fails_as, text: Text::new("不符合", "Does not conform") }],
        evidence: Evidence::PhotoOnFail,
        weight: 1,
        critical: false,
        drawing: None,
        source: String::new(),
    }
}
