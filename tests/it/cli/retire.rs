//! `lienthong retire-signer`, while the hub is stopped.

use super::Desk;
use crate::harness::audit::audit;
use crate::harness::ledger::HUB;

/// How a line of `lienthong evidence keys` begins.
fn name_and_id(public_keys: &str) -> String {
    public_keys.split('+').take(2).collect::<Vec<_>>().join("+")
}

backends! {
    async fn old_keys_are_retired_once_and_those_in_use_never(database) {
        let mut desk = Desk::open(&database).await;
        desk.stop_hub().await;
        let keys = database.raw().await.rows("SELECT public_keys FROM hub_key ORDER BY registered_index").await;
        let keys: Vec<String> = keys.iter().map(|row| name_and_id(row["public_keys"].text())).collect();
        let [old, own] = keys.as_slice() else { panic!("{keys:?}") };
        let (url, signer) = (database.url(), desk.signer().display().to_string());
        let retire = async |key: &str| {
            desk.bare(&["retire-signer", key, "--database", &url, "--hub-id", HUB, "--signer", &signer]).await
        };
        let done = retire(old).await;
        assert!(done.status == 0 && done.stdout.contains("are retired"), "{} {}", done.stdout, done.stderr);
        let again = retire(old).await;
        assert!(again.status == 0 && again.stdout.contains("nothing was changed"), "{} {}", again.stdout, again.stderr);
        let refused = retire(own).await;
        assert!(refused.status == 2 && refused.stderr.contains("--signer"), "{}", refused.stderr);
        let unknown = retire("hub.khac+00000000").await;
        assert!(unknown.status == 2 && unknown.stderr.contains("NAME+ID"), "{}", unknown.stderr);
        desk.close().await;
        audit(&database).await;
    }
}
