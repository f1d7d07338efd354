//! Planted samples: each rule fires on its own, and stays silent on what only looks like it.

use super::{Source, Violation, mask, rules, use_paths};

type Rule = fn(&Source<'_>) -> Vec<Violation>;

fn lines(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    rule(&Source { path, text }).into_iter().map(|violation| violation.line).collect()
}

#[test]
fn a_layer_may_not_use_one_above_it() {
    let up = "use crate::domain::Task;\nuse crate::sync::engine;\n";
    assert_eq!(lines(rules::layer_order, "src/store/row.rs", up), [2]);
    assert!(lines(rules::layer_order, "src/ui/app.rs", up).is_empty());
    assert!(lines(rules::layer_order, "src/main.rs", up).is_empty());
}

#[test]
fn a_layer_above_is_found_in_groups_and_in_plain_paths() {
    assert_eq!(
        lines(rules::layer_order, "src/domain/a.rs", "use crate::{domain::b, store::{c, d}};"),
        [1, 1]
    );
    assert_eq!(
        lines(rules::layer_order, "src/standards/a.rs", "fn f() {\n    crate::ui::app::go();\n}"),
        [2]
    );
    assert!(lines(rules::layer_order, "src/domain/a.rs", "pub(in crate::domain) fn f() {}").is_empty());
}

#[test]
fn comments_strings_and_tests_are_not_uses() {
    let text = "// crate::ui::a\nconst A: &str = \"crate::ui::a\";\n#[cfg(test)]\nmod tests {\n    use crate::ui::a;\n}\n";
    assert!(lines(rules::layer_order, "src/domain/a.rs", text).is_empty());
}

#[test]
fn the_endpoint_takes_rules_standards_and_wire_only() {
    let text = "use rounds::domain::Task;\nuse rounds::sync::protocol::Push;\nuse rounds::{standards, sync::engine};\nuse rounds::store::Row;\n";
    assert_eq!(lines(rules::endpoint_reach, "endpoint/src/main.rs", text), [3, 4]);
    assert_eq!(lines(rules::endpoint_reach, "endpoint/src/main.rs", "use rounds::sync;"), [1]);
    assert!(lines(rules::endpoint_reach, "src/lib.rs", text).is_empty());
    assert!(lines(rules::endpoint_reach, "endpoint/tests/office/phone.rs", text).is_empty());
}

#[test]
fn the_domain_knows_no_clock_no_chance_no_browser() {
    let text = "use chrono::NaiveDate;\nlet a = chrono::Utc::now();\nuse rand::Rng;\nlet operand = 1;\nuse leptos::prelude::*;\nUuid::now_v7();\nstd::time::Instant\n";
    assert_eq!(lines(rules::pure_domain, "src/domain/a.rs", text), [2, 3, 5, 6, 7, 7]);
    assert!(lines(rules::pure_domain, "src/ui/a.rs", text).is_empty());
}

#[test]
fn unwrap_is_for_tests() {
    let text = "fn a() { b().unwrap(); }\nfn c() { d().unwrap_or(1); }\n#[cfg(test)]\nmod tests {\n    fn e() { f().unwrap(); }\n}\nfn g() { h().unwrap(); }\n";
    assert_eq!(lines(rules::unwraps, "src/domain/a.rs", text), [1, 7]);
    assert!(lines(rules::unwraps, "tests/scenarios.rs", text).is_empty());
    assert!(lines(rules::unwraps, "src/store/contract_tests.rs", text).is_empty());
}

#[test]
fn nothing_half_done_is_kept_not_even_in_tests() {
    let text = "fn a() { todo!() }\n#[cfg(test)]\nmod tests {\n    #[ignore = \"slow\"]\n    fn b() { dbg!(1); }\n}\nfn c() { unimplemented!(\"{}\", \"todo!\") }\n";
    assert_eq!(lines(rules::unfinished, "src/lib.rs", text), [1, 4, 5, 7]);
}

#[test]
fn a_file_has_four_hundred_lines_at_most() {
    let long = "a\n".repeat(401);
    assert_eq!(lines(rules::length, "style/base.css", &long), [401]);
    assert_eq!(lines(rules::length, "tests/e2e/a.mjs", &long), [401]);
    assert!(lines(rules::length, "style/base.css", &"a\n".repeat(400)).is_empty());
    assert!(lines(rules::length, "README.md", &long).is_empty());
}

#[test]
fn no_path_of_one_machine() {
    let own = format!("const A: &str = \"{}{}x\";", "/ho", "me/");
    assert_eq!(lines(rules::machine_paths, "tests/e2e/a.mjs", &own), [1]);
    assert!(
        lines(rules::machine_paths, "README.md", "https://example.org/home/x and `src/work/x`").is_empty()
    );
}

#[test]
fn all_rules_together_are_in_the_order_of_lines() {
    let text = "use crate::ui::a;\nfn b() { c().unwrap(); todo!() }\n";
    let found = rules::check(&Source { path: "src/domain/a.rs", text });
    assert_eq!(found.iter().map(|violation| violation.line).collect::<Vec<_>>(), [1, 2, 2]);
}

#[test]
fn masking_keeps_every_place_and_knows_rusts_quotes() {
    let samples = [
        ("a // b\nc", "a\nc"),
        ("a /* b /* c */ d */ e", "a e"),
        (r#"f("a\"b", g)"#, "f( , g)"),
        (r##"r#"a"b"# c"##, "c"),
        (r#"b"x" br"y" c"#, "c"),
        (r#"'"' 'a '\'' b"#, "'a b"),
        (r#"for_x"a""#, "for_x"),
        ("'检' x", "x"),
    ];
    let kept = |text: &str| text.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    for (text, expected) in samples {
        let masked = mask::code(text);
        assert_eq!(masked.len(), text.len(), "of {text}");
        assert_eq!(kept(&masked).replace(" \n", "\n"), expected, "of {text}");
    }
}

#[test]
fn use_trees_are_opened_to_two_names() {
    let found = use_paths::taken("use crate::{a, b::{c, d::e}, f::*};\nmy_crate::x; crate::g", "crate");
    let names: Vec<String> = found.iter().map(|taken| taken.names.join("::")).collect();
    assert_eq!(names, ["a", "b::c", "b::d", "f", "g"]);
}
