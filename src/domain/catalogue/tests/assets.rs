//! Urgent freezes and holdings, and what becomes of assets.

use serde_json::json;

use super::procuracy::assert_refused;

#[test]
fn copies_of_urgent_measures_are_refused_at_the_right_place() {
    assert_refused(
        "urgent-measure-copy",
        &json!([
            [{"/payload/paper": "LETTER"}, "/payload/paper"],
            [{"/payload/paper": "DECISION"}, "/payload/decided_time"],
            [{
                "/payload/paper": "DECISION",
                "/payload/decided_time": "2026-11-20T09:00:00+07:00"
            }, "/payload/decided_time"],
            [{"/payload/decided_time": "2026-11-20T16:00:00+07:00"}, "/payload/decided_time"],
            [{"/payload/made_time": "2026-11-20"}, "/payload/made_time"],
            [{"/payload/holder": null}, "/payload/holder"],
            [{"/payload/objects": []}, "/payload/objects"],
            [{"/head/signer/position": "Thư ký thi hành án"}, "/head/signer/position"],
        ]),
        &json!([
            ["RECEIVED", {"/payload/received_time": null}, "/payload/received_time"],
            ["RECEIVED", {"/payload/received_time": "20/11/2026"}, "/payload/received_time"],
        ]),
    );
}
