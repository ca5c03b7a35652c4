//! The operator enters the agencies; from then on their certificates are of use.

use lienthong_proto::v1;

use super::Story;
use crate::cli::demo::outcome::{Outcome, check, refused};
use crate::cli::demo::registry::{enter, new_agency};
use crate::cli::demo::tell::event;

impl Story {
    pub(super) async fn agencies_are_entered(&mut self) -> Outcome<()> {
        self.tell.step(
            "Đơn vị vận hành đăng ký các cơ quan, tổ chức: tên hiện nay, tên cũ có ngày, đơn vị, địa bàn",
            "The operator enters the agencies: present names, former names with dates, units, territory",
        );
        for partner in [
            &self.court,
            &self.office,
            &self.procuracy,
            &self.procuracy_region,
            &self.bank_a,
            &self.bank_b,
            &self.treasury,
            &self.land_here,
            &self.land_elsewhere,
            &self.committee,
        ] {
            let receipt = enter(&self.operator, &partner.agency, Some(partner)).await?;
            let info = partner.admin().get_server_info(v1::GetServerInfoRequest {}).await?;
            check(
                info.into_inner().tree_size > receipt.log_index,
                "the log holds the entry, and the agency can read it with its own certificate",
            )?;
        }
        enter(&self.operator, &self.police, None).await?;
        event(
            "Công an phường chưa kết nối: giao văn bản giấy, nơi gửi nhập trả lời.",
            "The ward police are not connected: paper is served, and the sender enters the answer.",
        );
        let asked = new_agency(&self.bank_b.agency, Some(&self.bank_b))?;
        let answer = self.bank_a.agencies().create_agency(asked).await;
        let refusal = refused(answer, tonic::Code::PermissionDenied, "a bank cannot enter agencies")?;
        event(
            &format!(
                "Ngân hàng không được đăng ký cơ quan khác: “{}” ({})",
                refusal.vi, refusal.reason
            ),
            &format!("A bank may not enter agencies: “{}”", refusal.en),
        );
        Ok(())
    }
}
