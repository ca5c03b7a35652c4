//! `lienthong retire-signer`: an entry of the log says that the keys of a hub are no longer in use: because there are new ones, or
//! because somebody else may have them. Verifiers then refuse what they sign afterwards, and a hub that still has them writes
//! nothing.

use clap::Args;

use super::args::{DatabaseArgs, HubArgs, SignerArgs};
use super::failure::Failure;
use super::init::offline_app;
use super::output;
use crate::app::App;
use crate::app::ledger::hub_key::hub_key_subject;
use crate::server::run::{OpenDatabase, Opening, open_signer, require_registered};
use crate::server::settings::SignerPlace;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct RetireSigner {
    /// Khóa thôi dùng: as the lines of `lienthong evidence keys` begin, for example `hub.thads.gov.vn+1a2b3c4d`.
    #[arg(value_name = "NAME+ID")]
    key: String,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    hub: HubArgs,
    #[command(flatten)]
    signer: SignerArgs,
}

impl RetireSigner {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let place = self.database.database()?;
        let signer = SignerPlace {
            may_be_new: false,
            ..self.signer.place(&place)?
        };
        let database = OpenDatabase::open(&place, Opening::AsItIs).await?;
        database.require_hub(&self.hub.hub_id).await?;
        let keys = open_signer(&signer, &self.hub.hub_id)?;
        let (app, writer) = offline_app(&database, &self.hub.hub_id, keys)?;
        let retired = retire(&app, &signer, &self.key).await;
        drop(app);
        // The writer ends by itself once the last way into the ledger is gone.
        drop(writer.await);
        database.close().await;
        let key = &self.key;
        output::line(&if retired? {
            format!(
                "Khóa {key} đã thôi dùng; những gì khóa này ký từ đây không còn giá trị. Hãy công bố lại danh sách của lienthong evidence keys.\n\
                 The keys {key} are retired; what they sign from here on is no good. Publish the list of lienthong evidence keys anew."
            )
        } else {
            format!(
                "Khóa {key} đã thôi dùng từ trước; không có gì thay đổi.\n\
                 The keys {key} were retired before; nothing was changed."
            )
        });
        Ok(())
    }
}

async fn retire(app: &App, place: &SignerPlace, subject: &str) -> Result<bool, Failure> {
    require_registered(app, place).await?;
    let known = app.hub_keys().await?.into_iter().map(|row| row.key);
    let key = known.into_iter().find(|key| hub_key_subject(key) == subject);
    let key = key.ok_or_else(|| {
        Failure::configuration(
            format!("NAME+ID: nhật ký không có khóa {subject}; xem lienthong evidence keys"),
            format!("NAME+ID: the log has no keys {subject}; see lienthong evidence keys"),
        )
    })?;
    if key == app.hub_key {
        return Err(Failure::configuration(
            "--signer: đây chính là khóa phải cho thôi dùng; hãy chạy với thư mục khóa mới đã đăng ký",
            "--signer: these are the very keys that are to be retired; name the folder of other keys, which the log knows",
        ));
    }
    Ok(app.retire_hub_key(key).await?)
}
