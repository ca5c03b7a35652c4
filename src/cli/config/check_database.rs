//! What can be said of catalogue and database without serving.

use std::sync::Arc;

use super::check::Report;
use super::fault::Words;
use super::resolve::Resolved;
use crate::domain::catalogue::Catalogue;
use crate::server::run::{OpenDatabase, Opening};
use crate::server::start_error::StartError;
use crate::server::{load_catalogue, require_kinds};
use crate::store::{ConnectError, Database, SchemaMismatch};

/// Loads the catalogue whole, and holds it against the limits.
pub(super) fn catalogue(resolved: &Resolved, report: &mut Report) -> Option<Arc<Catalogue>> {
    match load_catalogue(resolved.path("catalogue").as_deref()) {
        Ok(catalogue) => {
            if let Err(broken) = catalogue.fits(resolved.limits().server.uploads.bytes) {
                let place = resolved.place("document_mib");
                report.note(
                    place,
                    Words::new(
                        format!("nhỏ hơn mức mà danh mục cho phép, nên mức này được áp dụng: {broken}"),
                        format!("less than the catalogue allows, so that this is what holds: {broken}"),
                    ),
                );
            }
            Some(catalogue)
        }
        Err(error) => {
            report.fault(resolved.place("catalogue"), error);
            None
        }
    }
}

/// Opens the database, changes nothing, and closes it.
pub(super) async fn database(
    resolved: &Resolved,
    database: &Database,
    catalogue: Option<&Catalogue>,
    report: &mut Report,
) {
    let place = resolved.place("database");
    match OpenDatabase::open(database, Opening::AsItIs).await {
        Ok(open) => {
            contents(resolved, &open, catalogue, report).await;
            open.close().await;
        }
        Err(StartError::Database(ConnectError::InUse(_))) => report.note(
            place,
            Words::fixed(
                "một tiến trình khác đang dùng tệp (cổng đang chạy?), nên chưa kiểm tra được bên trong",
                "another process has the file (is the hub running?), so what is in it was not checked",
            ),
        ),
        Err(StartError::SchemaMismatch(SchemaMismatch::Older(_))) if !resolved.is_on("no_migrate") => report.note(
            place,
            Words::fixed(
                "cấu trúc cũ hơn chương trình này; sẽ được nâng cấp khi cổng khởi động",
                "the schema is older than this program; the hub brings it up to date when it starts",
            ),
        ),
        Err(error) => report.fault(place, error),
    }
}

async fn contents(resolved: &Resolved, open: &OpenDatabase, catalogue: Option<&Catalogue>, report: &mut Report) {
    let place = resolved.place("database");
    match open.store.is_initialised().await {
        Ok(true) => {}
        Ok(false) => report.fault(&place, StartError::NotInitialised),
        Err(error) => report.fault(&place, StartError::Schema(error)),
    }
    let hub_id = resolved.text("hub_id");
    if !hub_id.is_empty()
        && let Err(error) = open.require_hub(hub_id).await
    {
        report.fault(resolved.place("hub_id"), error);
    }
    let Some(catalogue) = catalogue else { return };
    let needed = open.store.kinds_in_use().await.map_err(StartError::Schema);
    if let Err(error) = needed.and_then(|kinds| require_kinds(catalogue, kinds)) {
        report.fault(resolved.place("catalogue"), error);
    }
}
