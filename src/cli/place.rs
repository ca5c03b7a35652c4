//! `lienthong place`: provinces and communes by code or name, offline.

use clap::Args;

use super::failure::Failure;
use super::output;
use crate::domain::calendar::date_vi;
use crate::domain::identifier::place::{
    Commune, Province, communes_named, current_communes, known_commune, known_province, province_named,
};

/// The most communes shown for a name.
const MOST: usize = 50;

/// See the command's help.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// Mã hoặc tên: a code (2 digits a province, 5 digits a commune) or a name, with or without diacritics.
    #[arg(value_name = "CODE|NAME", required = true, num_args = 1..)]
    wanted: Vec<String>,
}

impl Place {
    pub(super) fn run(self) -> Result<(), Failure> {
        let wanted = self.wanted.join(" ");
        let is_code = wanted.bytes().all(|byte| byte.is_ascii_digit());
        let (province, mut communes): (_, Vec<&Commune>) = if is_code {
            (known_province(&wanted), known_commune(&wanted).into_iter().collect())
        } else {
            (province_named(&wanted), communes_named(&wanted).collect())
        };
        if province.is_none() && communes.is_empty() {
            return Err(Failure::failed(
                format!("Không có tỉnh, thành phố, xã, phường, đặc khu nào có mã hoặc tên “{wanted}”."),
                format!("No province or commune has the code or name “{wanted}”."),
            ));
        }
        if let Some(province) = province {
            output::line(&province_line(province));
        }
        communes.sort_by_key(|commune| !commune.is_current());
        for commune in communes.iter().take(MOST) {
            output::line(&commune_line(commune));
        }
        if let Some(more) = communes.len().checked_sub(MOST).filter(|more| *more > 0) {
            output::line(&format!(
                "… còn {more} nơi nữa; hãy nhập tên đầy đủ hơn. / {more} more; give a fuller name."
            ));
        }
        Ok(())
    }
}

fn province_line(province: &Province) -> String {
    let since = match (
        province.valid_to,
        province.successor.as_deref().and_then(known_province),
    ) {
        (Some(last), Some(successor)) => {
            format!(
                "đến / until {}; nay thuộc / now {} {}",
                date_vi(last),
                successor.code,
                successor.name
            )
        }
        _ => "đang có hiệu lực / in force".to_owned(),
    };
    format!("{}\t{}\t{since}", province.code, province.name)
}

fn commune_line(commune: &Commune) -> String {
    let province = commune.current_province().map_or("", |province| &province.name);
    let since = match commune.valid_to {
        Some(last) => {
            let parts: Vec<String> = commune
                .now
                .iter()
                .filter_map(|code| current_communes(code).first().and_then(|code| known_commune(code)))
                .map(|part| format!("{} {}", part.code, part.name))
                .collect();
            format!("đến / until {}; nay thuộc / now {}", date_vi(last), parts.join(", "))
        }
        None => "đang có hiệu lực / in force".to_owned(),
    };
    format!("{}\t{}\t{province}\t{since}", commune.code, commune.name)
}
