//! `lienthong migrate`.

use clap::Args;

use super::args::DatabaseArgs;
use super::failure::Failure;
use super::output;
use crate::server::run::OpenDatabase;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    database: DatabaseArgs,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let database = self.database.database()?;
        OpenDatabase::open(&database, true).await?.close().await;
        output::line("Cấu trúc cơ sở dữ liệu đã ở bản mới nhất. / The schema is up to date.");
        Ok(())
    }
}
