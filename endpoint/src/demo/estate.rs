//! The demo's site, its people by role names and its places of every kind.

use rounds::domain::estate::{Place, PlaceKind, Role, Site, Staff};
use rounds::domain::text::Text;

use super::SITE;

/// How many of each role, and what they are called.
const ROSTER: [(Role, &str, u32, &str, &str); 10] = [
    (Role::Manager, "manager", 1, "项目经理", "Manager"),
    (Role::Inspector, "inspector", 2, "品质检查员", "Inspector"),
    (Role::Butler, "butler", 4, "管家", "Butler"),
    (Role::FrontDesk, "front-desk", 2, "前台", "Front desk"),
    (Role::Cashier, "cashier", 2, "收费员", "Cashier"),
    (Role::Guard, "guard", 6, "秩序维护员", "Guard"),
    (Role::Repairer, "repairer", 3, "维修工", "Repairer"),
    (Role::Cleaner, "cleaner", 4, "保洁员", "Cleaner"),
    (Role::Gardener, "gardener", 2, "绿化工", "Gardener"),
    (Role::SalesHost, "sales-host", 3, "案场礼宾", "Sales host"),
];

/// How many of each kind of place, and what they are called.
const MAP: [(PlaceKind, &str, u32, &str, &str); 15] = [
    (PlaceKind::Building, "building", 6, "楼栋", "Building"),
    (PlaceKind::Garage, "garage", 2, "地下车库", "Garage"),
    (PlaceKind::PlantRoom, "plant-room", 3, "设备房", "Plant room"),
    (PlaceKind::ServiceCentre, "service-centre", 1, "服务中心", "Service centre"),
    (PlaceKind::Gate, "gate", 2, "大门", "Gate"),
    (PlaceKind::Lobby, "lobby", 3, "大堂", "Lobby"),
    (PlaceKind::Drive, "drive", 3, "车道", "Drive"),
    (PlaceKind::NoticeBoard, "notice-board", 2, "公告栏", "Notice board"),
    (PlaceKind::Garden, "garden", 2, "园林", "Garden"),
    (PlaceKind::FirePoint, "fire-point", 4, "消防点", "Fire point"),
    (PlaceKind::SalesDoor, "sales-door", 1, "案场大门", "Sales door"),
    (PlaceKind::SalesPost, "sales-post", 4, "案场岗位", "Sales post"),
    (PlaceKind::SalesBar, "sales-bar", 1, "案场吧台", "Sales bar"),
    (PlaceKind::Office, "office", 1, "办公室", "Office"),
    (PlaceKind::Home, "home", 4, "住户", "Home"),
];

pub(super) fn site() -> Site {
    Site {
        id: SITE.to_owned(), name: Text::new("示范园区", "Demo Estate"), tz: "Asia/Shanghai".to_owned()
    }
}

pub(super) fn staff() -> Vec<Staff> {
    let of_role = |&(role, id, count, zh, en): &(Role, &str, u32, &str, &str)| {
        let member = move |number| Staff {
            id: format!("{id}-{number:02}"),
            site: SITE.to_owned(),
            name: numbered(zh, en, number),
            role,
        };
        (1..=count).map(member).collect::<Vec<_>>()
    };
    ROSTER.iter().flat_map(of_role).collect()
}

pub(super) fn places() -> Vec<Place> {
    let of_kind = |&(kind, id, count, zh, en): &(PlaceKind, &str, u32, &str, &str)| {
        let place = move |number| Place {
            id: format!("{id}-{number:02}"),
            site: SITE.to_owned(),
            name: numbered(zh, en, number),
            kind,
        };
        (1..=count).map(place).collect::<Vec<_>>()
    };
    MAP.iter().flat_map(of_kind).collect()
}

fn numbered(zh: &str, en: &str, number: u32) -> Text {
    Text::new(format!("{zh} {number:02}"), format!("{en} {number:02}"))
}
