//! The estate: site, people and places. Server-owned; the phone only reads them.

use serde::{Deserialize, Serialize};

use super::text::Text;

/// An estate or sales site (项目).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Stable id, such as `lanting`.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// IANA name of its time zone, such as `Asia/Shanghai`.
    pub tz: String,
}

/// A person on the site's roster (人员).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    /// Stable id.
    pub id: String,
    /// The site's id.
    pub site: String,
    /// Name as shown.
    pub name: Text,
    /// What the person does.
    pub role: Role,
}

/// Somewhere that is checked (点位).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Stable id.
    pub id: String,
    /// The site's id.
    pub site: String,
    /// Name as shown.
    pub name: Text,
    /// What it is.
    pub kind: PlaceKind,
}

/// What a person does on site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 项目经理
    Manager,
    /// 品质检查员
    Inspector,
    /// 客服管家
    Butler,
    /// 客服前台
    FrontDesk,
    /// 收费员
    Cashier,
    /// 秩序维护员
    Guard,
    /// 维修工
    Repairer,
    /// 保洁员
    Cleaner,
    /// 绿化工
    Gardener,
    /// 案场礼宾
    SalesHost,
}

/// What a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// 楼栋
    Building,
    /// 地下车库
    Garage,
    /// 设备房
    PlantRoom,
    /// 服务中心
    ServiceCentre,
    /// 大门
    Gate,
    /// 大堂
    Lobby,
    /// 车道
    Drive,
    /// 公告栏
    NoticeBoard,
    /// 园林
    Garden,
    /// 消防点
    FirePoint,
    /// 案场大门
    SalesDoor,
    /// 案场岗位
    SalesPost,
    /// 案场吧台
    SalesBar,
    /// 办公室
    Office,
    /// 住户
    Home,
}
