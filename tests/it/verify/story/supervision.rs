//! What supervisors looked at.

use lienthong::domain::supervision::Look;

use super::Story;
use crate::harness::Order;
use crate::harness::agencies::{BANK, BANK_2, PROCURACY};
use crate::harness::commands::look;

impl Story<'_> {
    /// Looks of supervisors, which show nothing, one request and several.
    pub(super) async fn supervision(&self) {
        let mut seen = Vec::new();
        for order in [Order::land(), Order::freeze(&[BANK, BANK_2])] {
            seen.extend(self.open(&order).await.into_iter().map(|target| target.id));
        }
        let version = self.hub.store.registry_version().await.expect("a head");
        let all: Vec<_> = seen.iter().collect();
        for (what, shown) in [
            (Look::Request, 0),
            (Look::Events, 1),
            (Look::List, all.len()),
            (Look::Request, 1),
        ] {
            self.act(look(PROCURACY, what, version, &all[..shown])).await;
        }
    }
}
