//! Unfinished uploads go on where they stopped, and only there.

use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use super::draft::Draft;
use super::spool::{BeginFault, Spool, UploadSpace};
use super::upload_name::UploadName;
use crate::domain::ids::{AgencyCode, IdempotencyKey};
use crate::domain::time::Timestamp;
use crate::evidence::digest::sha256;

fn spool() -> (tempfile::TempDir, Spool, UploadName) {
    let place = tempfile::tempdir().unwrap();
    let spool = Spool::open(&place.path().join("unfinished")).unwrap();
    (place, spool, UploadName::local("one"))
}

fn space(uploads: usize) -> UploadSpace {
    UploadSpace {
        uploads,
        ..UploadSpace::unlimited(2_000_000)
    }
}

async fn received(spool: &Spool, name: &UploadName) -> Option<u64> {
    spool.received(name).await.unwrap().map(|(bytes, _)| bytes)
}

/// Waits until the last write of a dropped draft is through.
async fn begun(spool: &Spool, name: &UploadName, offset: u64) -> Draft {
    loop {
        match spool.begin(name, offset, space(10)).await {
            Err(BeginFault::Busy) => tokio::task::yield_now().await,
            other => return other.unwrap(),
        }
    }
}

#[tokio::test]
async fn an_upload_goes_on_where_it_stopped_and_knows_all_its_bytes() {
    let (_place, spool, name) = spool();
    let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let mut at = 0;
    for piece in content.chunks(400_000) {
        let mut draft = begun(&spool, &name, u64::try_from(at).unwrap()).await;
        for bytes in piece.chunks(77_777) {
            draft.write(bytes).await.unwrap();
        }
        at += piece.len();
        assert_eq!(draft.sha256(), sha256(&content[..at]), "after {at}");
        assert_eq!(draft.head(), &content[..HEAD]);
        draft.sync().await.unwrap();
    }
    assert_eq!(received(&spool, &name).await, Some(1_200_000));
}

const HEAD: usize = crate::domain::magic::HEAD_BYTES;

#[tokio::test]
async fn it_goes_on_nowhere_else_and_an_offset_of_nothing_begins_anew() {
    let (_place, spool, name) = spool();
    for offset in [1, 5] {
        let refused = spool.begin(&name, offset, space(10)).await.unwrap_err();
        assert!(matches!(refused, BeginFault::Offset { received: 0 }), "{refused:?}");
    }
    let mut draft = begun(&spool, &name, 0).await;
    draft.write(b"12345").await.unwrap();
    draft.sync().await.unwrap();
    let refused = spool.begin(&name, 5, space(10)).await.unwrap_err();
    assert!(matches!(refused, BeginFault::Busy), "{refused:?}");
    drop(draft);
    for offset in [4, 6] {
        let refused = spool.begin(&name, offset, space(10)).await.unwrap_err();
        assert!(matches!(refused, BeginFault::Offset { received: 5 }), "{refused:?}");
    }
    assert_eq!(begun(&spool, &name, 5).await.size(), 5);
    let anew = begun(&spool, &name, 0).await;
    assert_eq!((anew.size(), anew.sha256()), (0, sha256(b"")));
    drop(anew);
    assert_eq!(received(&spool, &name).await, None, "nothing is kept of nothing");
}

#[tokio::test]
async fn what_goes_beside_an_upload_does_not_touch_it_and_leaves_nothing() {
    let (place, spool, name) = spool();
    let mut first = begun(&spool, &name, 0).await;
    first.write(b"first").await.unwrap();
    first.sync().await.unwrap();
    let mut second = begun(&spool, &name.clone().apart([7; 8]), 0).await;
    second.write(b"second").await.unwrap();
    second.sync().await.unwrap();
    drop((first, second));
    assert_eq!(received(&spool, &name).await, Some(5));
    assert_eq!(fs::read_dir(place.path().join("unfinished")).unwrap().count(), 1);
}

#[tokio::test]
async fn an_agency_has_so_many_and_no_more() {
    let (_place, spool, name) = spool();
    let mut first = begun(&spool, &name, 0).await;
    first.write(b"x").await.unwrap();
    let refused = spool.begin(&UploadName::local("two"), 0, space(1)).await.unwrap_err();
    assert!(matches!(refused, BeginFault::TooMuch), "{refused:?}");
    let other = AgencyCode::parse("B").unwrap();
    let key = IdempotencyKey::parse("upload-0001").unwrap();
    spool
        .begin(&UploadName::new(&other, &key, &[0; 32]), 0, space(1))
        .await
        .unwrap();
    let few_bytes = UploadSpace {
        bytes: 2_000_000,
        ..space(10)
    };
    let refused = spool.begin(&UploadName::local("two"), 0, few_bytes).await.unwrap_err();
    assert!(matches!(refused, BeginFault::TooMuch), "{refused:?}");
    let huge = UploadSpace::unlimited(u64::MAX / 2);
    let refused = spool.begin(&UploadName::local("two"), 0, huge).await.unwrap_err();
    assert!(matches!(refused, BeginFault::NoRoom), "{refused:?}");
    first.discard().await.unwrap();
    spool.begin(&UploadName::local("two"), 0, space(1)).await.unwrap();
}

#[tokio::test]
async fn what_nobody_goes_on_with_expires_and_what_is_being_written_does_not() {
    let (place, spool, name) = spool();
    let mut idle = begun(&spool, &name, 0).await;
    idle.write(b"x").await.unwrap();
    idle.sync().await.unwrap();
    drop(idle);
    let busy_name = UploadName::local("two");
    let mut busy = begun(&spool, &busy_name, 0).await;
    busy.write(b"x").await.unwrap();
    busy.sync().await.unwrap();
    let long_ago = UNIX_EPOCH + Duration::from_secs(1_000);
    for entry in fs::read_dir(place.path().join("unfinished")).unwrap() {
        fs::File::options()
            .write(true)
            .open(entry.unwrap().path())
            .unwrap()
            .set_modified(long_ago)
            .unwrap();
    }
    let at = Timestamp::from_micros(1_000_000_000);
    assert_eq!(spool.expire(at).await.unwrap(), 0, "not older");
    assert_eq!(spool.expire(at.plus_micros(1)).await.unwrap(), 1);
    assert_eq!(received(&spool, &name).await, None);
    assert_eq!(received(&spool, &busy_name).await, Some(1));
}
