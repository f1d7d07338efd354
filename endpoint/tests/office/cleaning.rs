//! Old uploads: what nothing waits for goes, what a record still misses stays for ever.

use std::time::{Duration, SystemTime};

use rounds::domain::hash::sha256_hex;
use rounds::sync::protocol::DeviceRole;
use rounds_endpoint::cleaning::{OLD, sweep};

use crate::harness::{Endpoint, jpeg, with_photo};

#[tokio::test]
async fn an_upload_that_a_record_still_misses_is_never_cleared_away() {
    let endpoint = Endpoint::demo().await;
    let phone = endpoint.phone(DeviceRole::Butler).await;
    let (half, whole) = (jpeg(2000, 1), jpeg(2000, 2));
    let (half_hash, whole_hash) = (sha256_hex(&half), sha256_hex(&whole));
    let records = [with_photo(1, &half_hash, half.len()), with_photo(2, &whole_hash, whole.len())];
    endpoint.push(&phone, &records).await;
    endpoint.chunk(&phone, &half_hash, 0, &half[..1000]).await;
    endpoint.chunk(&phone, &whole_hash, 0, &whole).await;
    // Left behind by a kill between a photo's row and the end of its upload, and by a restore.
    let uploads = endpoint.dir.path().join("photos/uploads");
    let left = uploads.join(format!("{}-{whole_hash}", phone.id));
    let nobodys = uploads.join(format!("{}-{}", phone.id, sha256_hex(b"of no record")));
    for file in [&left, &nobodys] {
        std::fs::write(file, "left behind").unwrap();
    }
    std::fs::write(uploads.join("not an upload"), "").unwrap();

    assert_eq!(sweep(&endpoint.state, SystemTime::now() - OLD).await.unwrap(), 0, "nothing is old");
    let later = SystemTime::now() + Duration::from_secs(60);
    assert_eq!(sweep(&endpoint.state, later).await.unwrap(), 2);
    assert!(!left.exists() && !nobodys.exists() && uploads.join("not an upload").exists());
    // The half goes on where it stopped, and the whole is whole.
    assert_eq!(endpoint.chunk(&phone, &half_hash, 1000, &half[1000..]).await.status, 201);
    for (sha256, bytes) in [(half_hash, half), (whole_hash, whole)] {
        assert_eq!(endpoint.get(&format!("/v1/blobs/{sha256}"), Some(&phone)).await.bytes, bytes);
    }
}
