//! The operator enters the agencies; from then on their certificates are of use.

use lienthong_proto::v1;
use prost::Message as _;

use super::Story;
use crate::cli::demo::outcome::{Outcome, check, present, refused};
use crate::cli::demo::partner::Partner;
use crate::cli::demo::tell::event;

impl Story {
    pub(super) async fn connect_agencies(&mut self) -> Outcome<()> {
        self.tell.step(
            "Đơn vị vận hành đăng ký năm cơ quan, tổ chức, mỗi nơi một cán bộ và một chứng thư số",
            "The operator enters five agencies, each with an officer and a certificate",
        );
        for partner in [
            &self.office,
            &self.bank_a,
            &self.bank_b,
            &self.land_here,
            &self.land_there,
        ] {
            let asked = new_agency(partner)?;
            let first = self
                .operator
                .agencies()
                .create_agency(asked.clone())
                .await?
                .into_inner();
            let again = self.operator.agencies().create_agency(asked).await?.into_inner();
            check(
                first.encode_to_vec() == again.encode_to_vec(),
                "a retry gets the first receipt, byte for byte",
            )?;
            let receipt = present(first.receipt, "entering an agency is receipted")?;
            check(
                receipt.action() == v1::Action::CreateAgency,
                "the receipt says what was done",
            )?;
            let info = partner
                .admin()
                .get_server_info(v1::GetServerInfoRequest {})
                .await?
                .into_inner();
            check(info.tree_size > receipt.log_index, "the log holds the entry")?;
            event(
                &format!(
                    "{} ({}), {}",
                    partner.agency.name, partner.agency.code, partner.agency.officer.full_name
                ),
                &format!(
                    "{}, certificate {}.pem",
                    partner.agency.name_en, partner.agency.certificate
                ),
            );
        }
        let asked = new_agency(&self.bank_b)?;
        let answer = self.bank_a.agencies().create_agency(asked).await;
        let refusal = refused(answer, tonic::Code::PermissionDenied, "a bank cannot enter agencies")?;
        event(
            &format!(
                "Ngân hàng không được đăng ký cơ quan khác: “{}” ({})",
                refusal.text_vi, refusal.reason
            ),
            &format!("A bank may not enter agencies: “{}”", refusal.text),
        );
        Ok(())
    }
}

fn new_agency(partner: &Partner) -> Outcome<v1::CreateAgencyRequest> {
    let cast = &partner.agency;
    let role = present(
        v1::Role::from_str_name(&format!("ROLE_{}", cast.role)),
        "the role is on the wire",
    )?;
    Ok(v1::CreateAgencyRequest {
        // The same in every run: a folder that is kept holds the agencies already.
        idempotency_key: format!("demo-create-{}", cast.code),
        agency: Some(v1::Agency {
            code: cast.code.clone(),
            role: role.into(),
            name: cast.name.clone(),
            name_en: cast.name_en.clone(),
            province_code: cast.province_code.clone(),
            channel: v1::Channel::Digital.into(),
            ..Default::default()
        }),
        first_officer: Some(v1::Officer {
            officer_id: cast.officer.id.clone(),
            full_name: cast.officer.full_name.clone(),
            position: cast.officer.position.clone(),
            unit_id: String::new(),
            valid_from: "2020-01-01".to_owned(),
            valid_to: String::new(),
        }),
        credentials: vec![v1::NewCredential {
            certificate_pem: partner.certificate().to_owned(),
            purposes: vec![v1::CredentialPurpose::Tls.into(), v1::CredentialPurpose::Token.into()],
        }],
    })
}
