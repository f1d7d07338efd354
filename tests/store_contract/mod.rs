//! What every store must do, whatever it keeps its rows in. One suite: native tests run it on the
//! memory twin, browsers on IndexedDB. Knows [`Store`] and no backend.

pub mod content;
pub mod fixture;
pub mod handles;
pub mod importing;
pub mod numbers;
pub mod reads;
pub mod writes;

use rounds::store::{Batch, Committed, Row, Store, StoreError, Table};

/// A database to try things on, empty at first.
pub trait Bench {
    /// The backend under test.
    type Store: Store;

    /// One more handle of the same database, as another tab would hold.
    async fn open(&self) -> Self::Store;
}

/// Calls a macro with the whole list of cases, so that no backend can leave one out.
macro_rules! each_case {
    ($run:ident) => {
        $run! {
            writes::a_row_comes_back_as_it_was_put,
            writes::every_write_raises_the_revision,
            writes::a_deleted_row_is_gone_and_starts_anew,
            writes::deleting_nothing_is_no_error,
            writes::an_empty_batch_changes_nothing,
            writes::one_batch_may_write_a_row_twice,
            writes::a_conflict_in_the_middle_leaves_nothing,
            writes::expect_absent_holds_only_for_an_absent_row,
            writes::expect_a_revision_holds_only_for_that_one,
            writes::conditions_are_judged_before_any_write,
            reads::a_missing_row_is_none,
            reads::tables_do_not_share_keys,
            reads::a_group_comes_in_key_order_up_to_the_limit,
            reads::a_row_moves_with_its_group,
            reads::pages_go_through_a_table_in_key_order,
            reads::keys_are_ordered_by_utf_16_units,
            reads::counts_whole_tables_and_groups,
            reads::keys_come_without_their_rows,
            importing::a_record_comes_in_with_its_photos_or_not_at_all,
            importing::coming_in_twice_changes_nothing,
            importing::two_tabs_taking_in_the_same_file_take_each_record_once,
            numbers::numbers_start_at_one_without_gaps,
            numbers::a_numbered_row_keeps_its_number,
            numbers::a_failed_batch_burns_no_number,
            numbers::a_put_keeps_the_number_it_is_given,
            numbers::the_counter_tells_the_next_number_and_is_the_stores_own,
            handles::each_handle_sees_what_the_other_committed,
            handles::a_stale_condition_conflicts_across_handles,
            handles::of_two_writers_at_once_one_wins,
            handles::two_writers_at_once_never_share_a_number,
            content::bytes_come_back_whole,
            content::no_bytes_and_empty_bytes_differ,
            content::text_is_kept_to_the_byte,
            content::a_thousand_rows_one_by_one,
            content::a_thousand_rows_in_one_batch,
        }
    };
}
pub(crate) use each_case;

/// A batch of one put.
pub async fn put(store: &impl Store, table: Table, row: Row) {
    store.commit(Batch::new().put(table, row)).await.unwrap();
}

/// A batch of one numbered row; its number.
pub async fn number(store: &impl Store, key: &str) -> u64 {
    let batch = Batch::new().number(Table::Outbox, Row::new(key, "queued", "{}"));
    let Committed { seqs } = store.commit(batch).await.unwrap();
    assert_eq!(seqs.len(), 1);
    seqs[0]
}

/// The keys of some rows.
pub fn keys(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| row.key.as_str()).collect()
}

/// The conflict that this row makes.
pub fn conflict<T>(key: &str) -> Result<T, StoreError> {
    Err(StoreError::Conflict { key: key.to_owned() })
}
