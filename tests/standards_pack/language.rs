//! Both languages complete, prescribed words exact, and neither language inside the other.

use rounds::domain::procedure::Procedure;
use rounds::domain::text::Text;
use rounds::standards;
use serde_json::Value;

use crate::{clause, clauses};

const WELCOME: &str = "您好,欢迎光临,里面请。";
const FAREWELL: &str = "请慢走,欢迎再次光临。";
const UNKNOWN: &str = "对不起,先生/小姐,这个问题我不太清楚,我帮您汇报后尽快给您回复";
const SIGN: &str = "挡鼠板 小心绊倒";

#[test]
fn prescribed_spoken_words_are_exact_and_stand_where_they_are_spoken() {
    for (code, words) in [("G15.2", WELCOME), ("G15.3a", WELCOME), ("G15.4a", FAREWELL), ("H9.2", UNKNOWN)] {
        let spoken: Vec<&str> = spoken(code).into_iter().map(|words| words.zh.as_str()).collect();
        assert_eq!(spoken, [words], "{code}");
    }
    let with_words = clauses().filter(|clause| !spoken(&clause.code).is_empty());
    assert_eq!(with_words.count(), 4);
}

#[test]
fn both_faces_of_the_guard_carry_the_sign() {
    let [Procedure::Look(look)] = &clause("G8.3").procedures[..] else { panic!("a look") };
    assert_eq!(look.sights.len(), 2);
    assert!(look.sights.iter().all(|sight| sight.text.zh.contains(SIGN)));
}

#[test]
fn english_holds_no_chinese_but_the_prescribed_words() {
    for (zh, en) in texts() {
        let rest = [WELCOME, FAREWELL, UNKNOWN, SIGN].iter().fold(en.clone(), |s, w| s.replace(w, ""));
        assert!(!rest.contains(is_chinese), "Chinese in {en:?}");
        assert!(rest.contains(|c: char| c.is_ascii_alphabetic()), "no English for {zh:?}");
    }
}

#[test]
fn chinese_is_chinese_with_chinese_punctuation() {
    for (zh, _) in texts() {
        assert!(zh.contains(is_chinese), "no Chinese in {zh:?}");
        // The words to be spoken are the source's, byte for byte.
        let ours = [WELCOME, FAREWELL, UNKNOWN].iter().fold(zh.clone(), |s, w| s.replace(w, ""));
        assert!(!ours.contains([',', ';', '?', '!', '(', ')']), "Western punctuation in {zh:?}");
    }
}

fn spoken(code: &str) -> Vec<&'static Text> {
    let procedures = clause(code).procedures.iter();
    procedures
        .flat_map(|procedure| match procedure {
            Procedure::Ask(ask) => ask.points.iter().filter_map(|p| p.words.as_ref()).collect(),
            Procedure::RolePlay(play) => play.steps.iter().filter_map(|s| s.words.as_ref()).collect(),
            _ => Vec::new(),
        })
        .collect()
}

fn is_chinese(c: char) -> bool {
    ('\u{2e80}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c)
}

/// Every text of the pack, whatever shape it sits in.
fn texts() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let pack = serde_json::to_value(standards::pack()).expect("plain data becomes JSON");
    collect(&pack, &mut found);
    assert!(found.len() > 400, "the walk finds the texts");
    found
}

fn collect(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => match (fields.get("zh"), fields.get("en")) {
            (Some(Value::String(zh)), Some(Value::String(en))) => found.push((zh.clone(), en.clone())),
            _ => fields.values().for_each(|field| collect(field, found)),
        },
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}
