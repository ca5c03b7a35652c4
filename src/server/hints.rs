//! Rings the bells of mailboxes when another hub on the same PostgreSQL has committed something for them.

use std::time::Duration;

use tokio_util::task::AbortOnDropHandle;

use super::trouble::{Trouble, tell};
use crate::app::App;
use crate::domain::error::Result;
use crate::store::Hint;

/// How long to wait before listening again, when it failed.
const AGAIN: Duration = Duration::from_secs(2);

/// Starts listening; ends when the handle is dropped. On SQLite there is nothing to hear.
pub(super) fn start(app: App) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut trouble = Trouble::default();
        while let Err(error) = listen(&app, &mut trouble).await {
            tell!(trouble, Err::<(), _>(error), "mailbox.hints");
            tokio::time::sleep(AGAIN).await;
        }
    }))
}

async fn listen(app: &App, trouble: &mut Trouble) -> Result<()> {
    let Some(mut hints) = app.store.hints().await? else {
        return Ok(());
    };
    tell!(trouble, Ok(()), "mailbox.hints");
    // What came before is not told.
    app.wakeups.ring_all();
    loop {
        match hints.next().await? {
            Hint::Of(agencies) => app.wakeups.ring(&agencies),
            Hint::Any => app.wakeups.ring_all(),
        }
    }
}
