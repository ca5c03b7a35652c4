//! `lienthong migrate`.

use clap::Args;

use super::args::DatabaseArgs;
use super::failure::Failure;
use super::occasion::occasion;
use super::output;
use crate::app::operator::note_schema;
use crate::server::run::{OpenDatabase, Opening};
use crate::server::start_error::StartError;
use crate::store::SchemaChange;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    database: DatabaseArgs,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let database = self.database.database()?;
        let database = OpenDatabase::open(&database, Opening::Create).await?;
        // Before there is a hub there is no log that could tell of it.
        let noted = match database.store.is_initialised().await {
            Ok(true) => note_schema(&database.store, database.schema, &occasion()).await,
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        };
        output::line(match database.schema {
            SchemaChange::Created => "Đã tạo cấu trúc cơ sở dữ liệu. / The schema was created.",
            SchemaChange::Upgraded { .. } => "Đã nâng cấp cấu trúc cơ sở dữ liệu. / The schema was upgraded.",
            SchemaChange::Unchanged => {
                "Cấu trúc cơ sở dữ liệu đã ở bản mới nhất; không có gì thay đổi. / The schema was up to date; nothing was changed."
            }
        });
        database.close().await;
        Ok(noted.map_err(StartError::Schema)?)
    }
}
