//! The words written on the drawings.

use super::lang;
use crate::domain::text::Lang;

/// The names in the art and their wordings, Chinese then English.
const LABELS: [(&str, &str, &str); 18] = [
    ("bow", "鞠躬 15°", "15° bow"),
    ("door", "大门", "Door"),
    ("guest", "客人", "Guest"),
    ("host", "礼宾", "Host"),
    ("both_faces", "两面都有", "both faces"),
    ("door_width", "与门等宽", "as wide as the door"),
    ("line", "警戒线", "line"),
    ("side", "侧面", "side"),
    ("about", "约", "about"),
    ("no_blind_spot", "无死角", "no blind spot"),
    ("rotate", "轮换、替岗", "rotate, relieve"),
    ("service_area", "服务区域", "Service area"),
    ("customer", "客户", "Customer"),
    ("steps_back", "退后三步", "three steps back"),
    ("then_turn", "再转身", "then turn"),
    ("entrance", "设备房入口", "Plant-room entrance"),
    ("wall_document", "上墙文件", "Wall document"),
    ("record_file", "记录文件", "Record file"),
];

/// `art` with its placeholders written out.
pub fn labelled_drawing(art: &str, label: &str) -> String {
    LABELS.iter().fold(art.replace("{{label}}", label), |art, (name, zh, en)| {
        let words = match lang() {
            Lang::Zh => zh,
            Lang::En => en,
        };
        art.replace(&format!("{{{{{name}}}}}"), words)
    })
}
