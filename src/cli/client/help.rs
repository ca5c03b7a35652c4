//! An example for each command, shown at the end of its --help.

/// The profile that the examples are run with.
macro_rules! example {
    ($($line:literal),+ $(,)?) => {
        concat!("Ví dụ / example (hồ sơ kết nối / profile: export LIENTHONG_PROFILE=certs-dev/bank-a.toml):\n",
            $("  ", $line, "\n",)+
            "\n-o json prints one JSON value: times are RFC 3339 with +07:00, enums are the protocol's words (SUBMITTED, URGENT), what is\n",
            "not set is null. Members may be added and are never renamed. Errors stand on stderr; exit status 0 done, 1 refused, 2 usage.")
    };
}

pub(super) use example;

pub(super) const SEND: &str = example![
    "lienthong template account-freeze order --to GIA-LAP.NH.970901 -O order.json",
    "lienthong send order.json --check                       every fault at once, nothing sent",
    "lienthong send order.json --attach qd.pdf:DECISION",
    "lienthong send order.json -o json | jq -r '.requests[].enforcement_request_id'",
];
pub(super) const STANDING: &str = example![
    "lienthong standing run theo-ky.toml --dry-run           what is due today",
    "lienthong standing run theo-ky.toml                     sends it; what was asked in this period is not asked again",
    "    theo-ky.toml:  [[enquiry]]",
    "                   name = 'no-45-2026'; order = 'tai-khoan.json' (one recipient, with case.case_id)",
    "                   from = '2026-12-01'; every_days = 14; times = 6; until = '2027-06-30'; stop_on = ['FOUND']",
];
pub(super) const SIGN: &str = example![
    "lienthong sign order.json -O order.jws                  with seal_cert, seal_key of the profile; then: lienthong send order.jws",
    "lienthong sign debit.json --with-officer -O debit.jws   and the officer's own signature beside it",
];
pub(super) const SIGNING_KEYS: &str = example![
    "lienthong signing-keys --pkcs11-module /usr/lib/softhsm/libsofthsm2.so",
    "LIENTHONG_TOKEN_PIN=… lienthong signing-keys 'pkcs11:token=Con%20dau' --pkcs11-module /usr/lib/softhsm/libsofthsm2.so",
    "lienthong sign order.json --seal-key 'pkcs11:token=Con%20dau;object=seal' --seal-pin-file pin -O order.jws",
];
pub(super) const INBOX: &str = example![
    "lienthong inbox                                         what is new; changes nothing; for officers of scope ALL",
    "lienthong inbox --advance                               and marks it as delivered (đã đến)",
    "lienthong inbox --follow --advance -o json              one object a line, until Ctrl-C",
];
pub(super) const ACK: &str = example!["lienthong ack req_0193… --officer nh.vu.thi.thu --unit pgd.1"];
pub(super) const ANSWER: &str = example![
    "lienthong template account-freeze answer HELD_FULL --request req_0193… -O answer.json",
    "lienthong answer answer.json --check",
    "lienthong answer answer.json --attach bb.pdf",
];
pub(super) const REPORT: &str = example!["lienthong report report.json          schema lienthong/report/1"];
pub(super) const CORRECT: &str = example!["lienthong correct correct.json        schema lienthong/correct/1"];
pub(super) const SEND_BACK: &str = example![
    "echo '{\"schema\":\"lienthong/send-back/1\",\"idempotency_key\":\"tra-lai-0001\",\"agency\":\"GIA-LAP.NH.970901\",",
    "       \"enforcement_request_id\":\"req_0193…\",\"reason\":{\"code\":\"MISSING_PAPERS\"}}' | lienthong send-back -",
];
pub(super) const ASK: &str = example!["lienthong ask req_0193… --question 'Đề nghị nêu rõ số tờ, số thửa.'"];
pub(super) const CLARIFY: &str = example!["lienthong clarify clarify.json        schema lienthong/clarify/1"];
pub(super) const ASSIGN: &str = example!["lienthong assign req_0193… --unit pgd.1 --officer nh.vu.thi.thu"];
pub(super) const FORWARD: &str = example!["lienthong forward req_0193… --unit pgd.2"];
pub(super) const EXTEND: &str =
    example!["lienthong extend req_0193… --clock answer --reason 'Phải đối chiếu hồ sơ giấy.'"];
pub(super) const DISPUTE: &str =
    example!["lienthong dispute req_0193… --reason UNFOUNDED --text 'Hồ sơ đã đủ.' --unfounded"];
pub(super) const WITHDRAW: &str = example!["lienthong withdraw withdraw.json      schema lienthong/withdraw/1"];
pub(super) const DECIDE_WITHDRAWAL: &str = example![
    "lienthong decide-withdrawal req_0193… --accept",
    "lienthong decide-withdrawal req_0193… --refuse --reason 'Đã chuyển tiền.'",
];
pub(super) const SERVE_PAPER: &str =
    example!["lienthong serve-paper serve.json --attach bien-ban.pdf     schema lienthong/serve/1"];
pub(super) const RECORD_ANSWER: &str =
    example!["lienthong record-answer answer.json --attach ban-chup.pdf  schema lienthong/record-answer/1"];
pub(super) const CLOSE: &str = example!["lienthong close req_0193… --reason 'Đã nhận đủ thông tin.'"];
pub(super) const GET: &str = example![
    "lienthong get req_0193… --why                           and why it is due then, day by day",
    "lienthong get req_0193… --documents ho-so               writes its documents and attachments there",
];
pub(super) const LIST: &str = example![
    "lienthong list --direction received --state SUBMITTED --kind account-freeze",
    "lienthong list                                          what the officer's scope reaches: own, the unit's, or all",
];
pub(super) const TRACK: &str = example!["lienthong track req_0193…"];
pub(super) const TRACK_DEADLINES: &str = example![
    "lienthong track deadlines                               what we owe, soonest first, for as far as the officer's scope reaches",
    "lienthong track deadlines --owed-to-us --overdue --kind account-freeze",
    "lienthong track deadlines --status breached --all -o json",
];
pub(super) const TRACK_SCORECARD: &str = example![
    "lienthong track scorecard --from 2026-07 --to 2026-09    every agency that one may see, one's own first",
    "lienthong track scorecard GIA-LAP.NH.970901 -o json",
];
pub(super) const TRACK_RESPONSE_TIMES: &str = example![
    "lienthong track response-times --by agency,kind --from 2026-01",
    "lienthong track response-times --of GIA-LAP.NH.970901 --by month,unit -o json",
];
pub(super) const TRACK_TIMELINE: &str = example![
    "lienthong track timeline req_0193…",
    "lienthong track timeline req_0193… --supervise --purpose 'Kiểm sát quý IV'    for those who supervise a party; entered in the log",
];
pub(super) const BROADCAST: &str = example![
    "lienthong broadcast brd_0193…                           where each recipient stands",
    "lienthong broadcast brd_0193… --answers                 and what each answered",
];
pub(super) const TEMPLATE: &str = "\
Ví dụ / example (hồ sơ kết nối / profile: export LIENTHONG_PROFILE=certs-dev/bank-a.toml):
  lienthong template account-freeze order --to GIA-LAP.NH.970901 -O order.json
  lienthong template account-freeze answer HELD_FULL --request req_0193… -O answer.json";
pub(super) const UPLOAD: &str = example!["lienthong upload qd.pdf -o json | jq -r .document_id"];
pub(super) const DOWNLOAD: &str = example!["lienthong download doc_0193… -O qd.pdf"];
pub(super) const REGISTER: &str = example![
    "lienthong register --year 2026 --register judgments",
    "lienthong register --year 2026 -o html -O so-2026.html  to print",
];
pub(super) const PRINT: &str = "\
Ví dụ / example (hồ sơ kết nối / profile: export LIENTHONG_PROFILE=certs-dev/bank-a.toml):
  lienthong print req_0193… order -O yeu-cau.html          open it in a browser and print
  lienthong print req_0193… minutes -O bien-ban.html       biên bản giao, nhận: before the hand-over with lines to fill in";
pub(super) const EVIDENCE_RECEIPT: &str = example![
    "lienthong evidence receipt req_0193… -O receipt.json",
    "lienthong verify receipt receipt.json --hub-keys hub.keys   checks it, without the hub",
    "lienthong evidence receipt req_0193… --witnessed checkpoint -O receipt.witnessed.json   the same entry, before a witness",
];
pub(super) const EVIDENCE_CHECKPOINT: &str = example!["lienthong evidence checkpoint > kept.note"];
pub(super) const EVIDENCE_EXPORT: &str = example![
    "lienthong evidence export req_0193… -d chung-cu",
    "lienthong verify bundle chung-cu --hub-keys hub.keys        checks it, without the hub",
];
pub(super) const EVIDENCE_SILENCE: &str = example![
    "lienthong evidence silence req_0193… -O silence.json --page silence.html",
    "lienthong verify silence silence.json --hub-keys hub.keys   checks it, without the hub",
];
pub(super) const EVIDENCE_KEYS: &str = example!["lienthong evidence keys > hub.keys"];
pub(super) const EVIDENCE_OPERATOR: &str = example![
    "lienthong evidence operator                              the newest",
    "lienthong evidence operator --all -o json",
];
pub(super) const SUPERVISE_GET: &str =
    example!["lienthong supervise get req_0193… --purpose 'Kiểm sát 12/KH-VKS'   the look is logged with its purpose",];
pub(super) const SUPERVISE_LIST: &str =
    example!["lienthong supervise list --sender GIA-LAP.THADS.37 --state SUBMITTED --purpose 'Kiểm sát 12/KH-VKS'",];
pub(super) const SUPERVISE_EVENTS: &str =
    example!["lienthong supervise events req_0193… --purpose 'Kiểm sát 12/KH-VKS'"];
pub(super) const SUPERVISE_READS: &str = example!["lienthong supervise reads req_0193…"];
pub(super) const SUPERVISE_AUDIT: &str = example![
    "lienthong supervise audit                                what the own agency looked at",
    "lienthong supervise audit --of GIA-LAP.VKS.37.1 --reader ks.bui.thi.tuong",
];
pub(super) const SUPERVISE_STATISTICS: &str =
    example!["lienthong supervise statistics --from 2026-11-01 --to 2026-11-30"];
pub(super) const ERASE_DUE: &str =
    example!["lienthong erase due                  for officers of scope ALL, as all of `erase`"];
pub(super) const ERASE_PROPOSE: &str =
    example!["lienthong erase propose req_0193… --reason 'Hết thời hạn lưu theo danh mục 2016'"];
pub(super) const ERASE_CONFIRM: &str = example![
    "lienthong erase confirm 4711                            shows what will be lost and asks for the number again",
    "lienthong erase confirm 4711 --yes                      asks nothing",
];
pub(super) const ERASE_REJECT: &str = example!["lienthong erase reject 4711 --reason 'Còn vụ việc liên quan'"];
pub(super) const ERASE_LIST: &str = example!["lienthong erase list --pending"];
pub(super) const WEBHOOK_ADD: &str = example![
    "lienthong webhook add https://hooks.example.vn/lienthong            for officers of scope ALL, as all of `webhook`",
    "lienthong webhook add https://hooks.example.vn/lienthong --lane urgent --action submit --hmac",
];
pub(super) const WEBHOOK_LIST: &str = example!["lienthong webhook list"];
pub(super) const WEBHOOK_ENABLE: &str = example!["lienthong webhook enable whe_0193…"];
pub(super) const WEBHOOK_DISABLE: &str = example!["lienthong webhook disable whe_0193…"];
pub(super) const WEBHOOK_ROTATE: &str = example![
    "lienthong webhook rotate whe_0193…                        both keys sign for 24 hours",
    "lienthong webhook rotate whe_0193… --overlap-hours 0      the former key is known to others",
];
pub(super) const WEBHOOK_REMOVE: &str = example!["lienthong webhook remove whe_0193…"];
pub(super) const WEBHOOK_DELIVERIES: &str = example!["lienthong webhook deliveries whe_0193… --undelivered"];
pub(super) const WEBHOOK_REPLAY: &str = example![
    "lienthong webhook replay whe_0193… --lane normal --after 120",
    "lienthong webhook replay whe_0193… --since 2026-11-20T09:00:00+07:00",
    "lienthong webhook replay whe_0193… --lane urgent --only 7",
];
pub(super) const WEBHOOK_TEST: &str = example!["lienthong webhook test whe_0193…"];
pub(super) const WEBHOOK_VERIFY: &str = example![
    "lienthong webhook verify body.json --headers headers.txt --public-key whpk_…",
    "lienthong webhook verify body.json --headers headers.txt --secret-file secret",
];
pub(super) const MEASURES_LIST: &str = example!["lienthong measures list --in-force --kind account-freeze"];
pub(super) const MEASURES_ON_ACCOUNT: &str = example![
    "lienthong measures on-account 0011-0012-3456",
    "lienthong measures on-account 001100123456 --holder GIA-LAP.NH.970901 --output json",
    "",
    "A holder sees what every authority ordered there, an authority what it ordered itself and was answered.",
];
pub(super) const MEASURES_IMPORT: &str = example![
    "lienthong measures import measures.csv",
    "",
    "kind,holder,issuer,decision_number,decision_date,decision_office,amount,currency,start_time",
    "account-freeze,GIA-LAP.NH.970901,GIA-LAP.THADS.37,12/QĐ-THADS,2025-03-04,Chi cục THADS cũ,1000000,VND,2025-03-05",
    "",
    "decision_office, amount and currency may be empty; start_time is RFC 3339, or a date or time in Viet Nam; a decision in",
    "several currencies has a line for each. A column accounts may name the accounts that are held, several with ; between them:",
    "then `lienthong measures on-account` finds the measure.",
];
pub(super) const SANDBOX_ADVANCE: &str = example![
    "lienthong sandbox advance 6d                            a hub with sandbox = true alone; deadlines follow at once",
    "lienthong sandbox advance 2026-12-01T08:00:00+07:00",
];
pub(super) const SUSPENSION_LIST: &str = example![
    "lienthong suspension list --all",
    "lienthong suspension list --request req_0193…            what lets its deadlines stand still, or explains"
];
pub(super) const SUSPENSION_MAINTENANCE: &str = example![
    "lienthong suspension maintenance 2026-12-05T22:00:00+07:00 2026-12-06T04:00:00+07:00 --reason 'Nâng cấp hệ thống lõi'",
];
pub(super) const SUSPENSION_OUTAGE: &str = example![
    "lienthong suspension outage 2026-11-25T08:00:00+07:00 2026-11-25T11:30:00+07:00 --evidence 'Sổ trực số 12' --reason 'Mất điện'",
];
pub(super) const SUSPENSION_DECREE: &str = example![
    "lienthong suspension decree 2026-11-25T00:00:00+07:00 --provinces 37 --basis 'Luật Phòng thủ dân sự Điều 25' \\",
    "    --decree '12/QĐ-UBND ngày 24/11/2026' --reason 'Bão số 9' --dry-run",
];
pub(super) const SUSPENSION_END: &str = example!["lienthong suspension end sus_0193…"];
pub(super) const NOTICES_LIST: &str = example!["lienthong notices list --drafted"];
pub(super) const NOTICES_SHOW: &str = example!["lienthong notices show 4711 > bao-cao.html"];
pub(super) const NOTICES_CONFIRM: &str = example!["lienthong notices confirm 4711"];
pub(super) const NOTICES_DISCARD: &str = example!["lienthong notices discard 4711"];
