//! The day's work out: by page, by site, by cursor.

use std::collections::{HashMap, HashSet};

use axum::http::StatusCode;
use rounds::domain::standard::Standard;
use rounds::domain::task::Task;
use rounds::sync::protocol::{DeviceRole, PullAnswer, PulledRecord};

use crate::harness::{Endpoint, Phone};

const DAY: i64 = 24 * 3600 * 1000;

async fn pull(endpoint: &Endpoint, phone: &Phone, cursor: &str) -> PullAnswer {
    let answer = endpoint.get(&format!("/v1/pull?cursor={cursor}"), Some(phone)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

fn tasks(records: &[PulledRecord]) -> Vec<Task> {
    let live = records.iter().filter(|record| record.kind == "task" && !record.deleted);
    live.map(|record| serde_json::from_value(record.body.clone()).unwrap()).collect()
}

#[tokio::test]
async fn a_first_pull_brings_the_estate_the_standards_and_todays_tasks() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let first = pull(&endpoint, &phone, "").await;
    let kinds: HashSet<&str> = first.records.iter().map(|record| record.kind.as_str()).collect();
    assert_eq!(kinds, HashSet::from(["site", "staff", "place", "standard", "task"]));
    let standard = first.records.iter().find(|record| record.id == "service-details@2023.1").unwrap();
    let read: Standard = serde_json::from_value(standard.body.clone()).unwrap();
    assert_eq!(&read, rounds::standards::find_standard("service-details", "2023.1").unwrap());
    let tasks = tasks(&first.records);
    assert!(tasks.iter().map(|task| task.items.len()).sum::<usize>() >= 40);
    assert!(tasks.iter().all(|task| task.date.to_string() == "2026-11-23"));

    let second = pull(&endpoint, &phone, &first.cursor).await;
    assert_eq!((second.records.len(), second.more, second.cursor), (0, false, first.cursor));
}

#[tokio::test]
async fn the_next_day_brings_only_its_tasks_and_old_ones_go_after_two_weeks() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let first = pull(&endpoint, &phone, "").await;
    // 16:00 UTC is midnight in China.
    endpoint.pass(12 * 3600 * 1000 - 1);
    assert_eq!(pull(&endpoint, &phone, &first.cursor).await.records.len(), 0);
    endpoint.pass(1);
    let next = pull(&endpoint, &phone, &first.cursor).await;
    let days: HashSet<String> = tasks(&next.records).iter().map(|task| task.date.to_string()).collect();
    assert_eq!(days, HashSet::from(["2026-11-24".to_owned()]));
    assert!(next.records.iter().all(|record| record.kind == "task"));

    endpoint.pass(14 * DAY);
    let later = pull(&endpoint, &phone, &next.cursor).await;
    let gone = later.records.iter().filter(|record| record.deleted).count();
    assert_eq!(gone, tasks(&first.records).len());
    assert!(
        later
            .records
            .iter()
            .filter(|record| record.deleted)
            .all(|record| record.body.is_null() && record.rev == 2)
    );
}

#[tokio::test]
async fn many_records_come_in_pages_each_record_once() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    for _ in 0..20 {
        endpoint.pass(DAY);
        pull(&endpoint, &phone, "").await;
    }
    let (mut cursor, mut pages, mut seen) = (String::new(), 0, HashMap::new());
    loop {
        let page = pull(&endpoint, &phone, &cursor).await;
        assert!(page.records.len() <= 200);
        pages += 1;
        for record in page.records {
            assert_eq!(seen.insert((record.kind, record.id), record.rev), None);
        }
        cursor = page.cursor;
        if !page.more {
            break;
        }
    }
    assert!(pages > 1 && seen.len() > 200, "{pages} pages, {} records", seen.len());
}

#[tokio::test]
async fn another_sites_phone_gets_the_standards_and_nothing_of_this_site() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone_of(DeviceRole::Manager, &["another-site"]).await;
    let kinds: HashSet<String> =
        pull(&endpoint, &phone, "").await.records.into_iter().map(|record| record.kind).collect();
    assert_eq!(kinds, HashSet::from(["standard".to_owned()]));
}

#[tokio::test]
async fn a_cursor_that_is_not_ours_is_gone() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let elsewhere = endpoint.phone_of(DeviceRole::Butler, &["another-site"]).await;
    let cursor = pull(&endpoint, &phone, "").await.cursor;
    let ahead = format!("{}9999", cursor);
    for (phone, cursor) in [(&phone, "nonsense"), (&elsewhere, cursor.as_str()), (&phone, ahead.as_str())] {
        let answer = endpoint.get(&format!("/v1/pull?cursor={cursor}"), Some(phone)).await;
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::GONE, "cursor-too-old"));
    }
}
