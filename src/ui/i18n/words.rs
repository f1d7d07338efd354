//! Every fixed wording, in both languages side by side. The compiler sees to it that none is
//! missing: a message without either wording does not build.

use crate::domain::text::Lang;

macro_rules! messages {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        /// A fixed wording of the screens.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Msg { $(#[doc = $en] $name,)* }

        impl Msg {
            /// The wording in `lang`.
            pub fn in_lang(self, lang: Lang) -> &'static str {
                // A table in the order of the variants; as a `match` it would be code.
                const WORDINGS: &[[&str; 2]] = &[$([$zh, $en],)*];
                let [zh, en] = WORDINGS[self as usize];
                match lang {
                    Lang::Zh => zh,
                    Lang::En => en,
                }
            }
        }
    };
}

messages! {
    DrawnRatGuard: "挡鼠板尺寸图：高 50 cm，厚 1 cm，与门等宽，警戒线 5 cm", "Rat guard: 50 cm high, 1 cm thick, as wide as the door, 5 cm warning line";
    DrawnWallDocuments: "上墙文件与记录文件的高度图：1.7 m 与 1.2 m，宽 40 cm", "Heights on the wall: documents at 1.7 m and 40 cm wide, record files at 1.2 m";
    DrawnRingOfPosts: "围圈式岗位图：间隔约 10 m", "Posts around the service area, about 10 m apart";
    DrawnDoorWelcome: "迎送宾距离图：1.5 至 2 m，鞠躬 15°", "Distance at the door: 1.5 to 2 m, 15 degree bow";
    DrawnStepsBack: "退后三步再转身", "Three steps back, then turn";
    Measured: "实测", "Measured";
    Practices: "做法（不打分）", "Practices (not judged)";
    AppName: "巡检本", "Rounds";
    Today: "今日", "Today";
    Standards: "标准", "Standards";
    Sync: "同步", "Sync";
    Me: "我", "Me";
    Task: "任务", "Task";
    Sections: "栏目", "Sections";
    Back: "返回", "Back";
    Loading: "正在读取…", "Loading…";
    Overdue: "已逾期", "Overdue";
    ToDo: "待做", "To do";
    Finished: "已完成", "Finished";
    Progress: "进度", "Progress";
    NothingToday: "今天没有任务", "No tasks today";
    NothingTodayNext: "有信号时会自动取来新任务；也可以先看看标准。", "New tasks arrive by themselves once there is signal; meanwhile, the standards are here.";
    Critical: "关键项", "Critical";
    CriticalExplained: "关键项：不合格则整次检查不合格", "Critical: failing it fails the whole inspection";
    Verdict: "结论", "Verdict";
    Pass: "合格", "Pass";
    Fail: "不合格", "Fail";
    NotApplicable: "不适用", "N/A";
    NotDoneYet: "未做", "Open";
    Saving: "正在存…", "Saving…";
    SavedOnPhone: "已存手机", "Saved on phone";
    NotSaved: "没存上", "Not saved";
    WhatWasSaid: "对方怎么说", "What was said";
    RecordWords: "记下原话", "Record the words";
    PointsHidden: "记下原话后才显示要点", "The points appear once the words are recorded";
    Said: "说到", "Said";
    Missed: "没说到", "Missed";
    Present: "有", "There";
    Absent: "没有", "Missing";
    Works: "能用", "Works";
    Broken: "不能用", "Broken";
    Complete: "齐全", "Complete";
    Incomplete: "不全", "Incomplete";
    Done: "做到", "Done";
    NotDone: "没做到", "Not done";
    Seen: "是", "Yes";
    NotSeen: "不是", "No";
    StartTimer: "开始计时", "Start timer";
    StopTimer: "停止计时", "Stop timer";
    StandByValue: "没有写错，按原值判断", "It is right, judge it as it is";
    ToleranceAssumed: "允许偏差为本产品的默认值，可在标准中修改", "The tolerance is this product's default; the standard can change it";
    WhyNot: "为什么不合格", "Why it fails";
    Note: "备注", "Note";
    AddNote: "写备注", "Note";
    AddPhoto: "拍照", "Photo";
    Photo: "照片", "Photo";
    RemovePhoto: "移除照片", "Remove photo";
    PhotoWork: "正在处理照片", "Preparing photos";
    Summary: "小结", "Summary";
    FinishTask: "完成任务", "Finish task";
    FinishAnyway: "留着未做的项，现在完成", "Leave them open and finish";
    WhyLeftOpen: "为什么留着不做", "Why they are left open";
    TaskFinished: "任务已完成", "Task finished";
    TaskFinishedNext: "结果已存手机，有信号时自动送到公司。", "Results are on this phone and go to the company by themselves.";
    TaskUnknown: "这台手机上没有这个任务。回到今日，等有信号时再试。", "This phone does not have this task. Go back to today and try again with signal.";
    Amend: "更正", "Amend";
    AmendReason: "为什么更正", "Why it is amended";
    AmendSave: "存为更正", "Save the amendment";
    Cancel: "取消", "Cancel";
    ChangedElsewhere: "这个任务在另一个页面里改过，现在显示的是那边存下的内容。请看一下你刚才改的项。", "This task was changed on another page; what that page saved is shown now. Please look at what you just changed.";
    Understood: "知道了", "Understood";
    TryAgain: "再试一次", "Try again";
    NotFound: "没有这一页", "No such page";
    NotFoundNext: "地址可能写错了。", "The address may be mistyped.";
    BackToToday: "回到今日", "Back to today";
    UpdateReady: "有新版本，随时可以换上；草稿都在手机里。", "A new version is ready; take it any time. Drafts stay on the phone.";
    UpdateNow: "现在换上", "Update now";
    Later: "以后再说", "Later";
    EnrolTitle: "登记这台手机", "Connect this phone";
    EnrolExplain: "请向项目经理要一个登记码，15 分钟内有效，只能用一次。没登记也能看标准。", "Ask your manager for a code: it works once, within 15 minutes. The standards can be read without it.";
    EnrolCode: "登记码", "Code";
    EnrolSubmit: "登记", "Connect";
    Enrolling: "正在登记…", "Connecting…";
    Search: "搜索", "Search";
    SearchHint: "搜条款、编号、不合格原因", "Clause, code or reason";
    Department: "部门", "Department";
    All: "全部", "All";
    NothingFound: "没有找到", "Nothing found";
    NothingFoundNext: "换个词，或选“全部”部门再试。", "Try another word, or all departments.";
    ClauseUnknown: "没有这个条款。", "There is no such clause.";
    Frequency: "频率", "How often";
    Sample: "抽查", "Sample";
    Subject: "对象", "Checked on";
    EvidenceAsked: "证据", "Evidence";
    HowChecked: "怎么检查", "How it is checked";
    FailsWhen: "不合格的情形", "It fails when";
    PracticeExplained: "做法：照着做，不打分", "Practice: done, not judged";
    SendNow: "现在送", "Send now";
    ExportQueue: "导出未送", "Export unsent";
    NothingToSend: "还没有记录", "No records yet";
    NothingToSendNext: "完成任务后，每条结果和照片在这里看得到走到了哪一步。", "Once a task is finished, each result and photo shows here how far it has come.";
    SendingPhoto: "正在送照片", "Sending a photo";
    RungPhone: "在这台手机", "On this phone";
    RungSending: "正在送", "Being sent";
    RungReceived: "公司已收到", "Received by the company";
    RungBlocked: "已搁置", "Set aside";
    ImportQueue: "接收另一台手机的文件", "Take in another phone's file";
    Transferring: "正在处理文件", "Working on the file";
    WithoutTask: "其他记录", "Other records";
    EarlierOnes: "更早的", "Earlier ones";
    SendAgain: "再送一次", "Send again";
    ShowManager: "给项目经理看", "Show a manager";
    RecordId: "记录号", "Record";
    RecordKind: "种类 · 序号", "Kind · number";
    RecordAuthor: "作者", "Author";
    RecordMade: "记录时间", "Made at";
    ProblemCode: "代码", "Code";
    ProblemWords: "公司系统原话", "The system's words";
    SomebodyUnnamed: "没说明的人", "Somebody unnamed";
    WhoUsesPhoneHint: "每条记录都写着是谁做的，换人不会改动已做的。", "Every record names who made it; a change of person changes none of them.";
    PutBack: "换回去", "Put it back";
    HandOver: "交出这台手机", "Hand over this phone";
    HandOverAnyway: "仍然交出", "Hand over anyway";
    HandedOver: "已交出：手机上不再有人。记录和草稿都还在；下一位请在上面选自己。", "Handed over: nobody is set on this phone. Records and drafts are all here; whoever is next chooses a name above.";
    NothingLeftBehind: "手机上没有未送的记录，也没有做了一半的任务。", "Nothing unsent and nothing half done is on the phone.";
    StaysTheirs: "这些都记在原来的人名下，照常送到公司，不会删掉。", "All of it stays in the name of whoever made it, and goes on being sent. Nothing is deleted.";
    ConnectAnyway: "仍然登记", "Connect anyway";
    Person: "人员", "Person";
    Site: "项目", "Site";
    RoleWord: "身份", "Role";
    WhoUsesPhone: "谁在用这台手机", "Who uses this phone";
    PersonNotSaid: "没有说明", "Not said";
    Appearance: "显示", "Appearance";
    Language: "语言", "Language";
    Theme: "明暗", "Theme";
    ThemeSystem: "跟随手机", "As phone";
    ThemeLight: "浅色", "Light";
    ThemeDark: "深色", "Dark";
    TextSize: "字号", "Text size";
    TextNormal: "标准", "Normal";
    TextLarge: "大", "Large";
    TextLarger: "特大", "Larger";
    ThisPhone: "这台手机", "This phone";
    InstallMark: "安装标记", "Install mark";
    DeviceAtOffice: "公司登记号", "Device at the office";
    NotEnrolled: "未登记", "Not connected";
    Version: "版本", "Version";
    RoomLeft: "已用空间", "Room used";
    NotPersisted: "浏览器没有答应长期保留数据。把巡检本装到主屏幕，并记得当天把记录送出。", "The browser has not promised to keep the data. Install Rounds on the home screen, and send records the same day.";
    InstallTitle: "装到主屏幕", "Install on the home screen";
    InstallWhy: "装好后没有信号也能打开，数据也更不容易被浏览器清掉。", "Installed, it opens without signal, and the browser is less likely to clear its data.";
    InstallIos: "用 Safari 打开，点分享按钮，选“添加到主屏幕”。", "Open in Safari, tap Share, then Add to Home Screen.";
    InstallAndroid: "用 Chrome 打开，点右上角菜单，选“安装应用”。", "Open in Chrome, tap the menu, then Install app.";
    LockTitle: "设备锁", "Device lock";
    LockExplain: "上锁后，检查结果、备注和照片在这台手机里加密存放，要 PIN 才能看、才能送。任务、人员和地点的名称，以及有多少条、什么时间，仍看得到。", "With the lock on, results, notes and photos are kept encrypted on this phone, and need the PIN to be seen or sent. Names of tasks, people and places, and how many records there are and when, stay readable.";
    LockNeedsHttps: "这个地址不是 https，浏览器不给加密，所以这里不能上锁。请用 https 地址打开。", "This address is not https, so the browser gives no encryption and there can be no lock. Open the https address.";
    LockTurnOn: "上锁", "Turn the lock on";
    LockPin: "PIN（6 至 12 位数字，或 8 个字以上的短语）", "PIN (6 to 12 digits, or a phrase of 8 letters or more)";
    LockPinNow: "现在的 PIN", "Present PIN";
    LockPinNew: "新 PIN", "New PIN";
    LockPinAgain: "再输一次", "Once more";
    LockNext: "下一步", "Next";
    LockCodeTitle: "抄下恢复码", "Write the recovery code down";
    LockCodeExplain: "忘了 PIN 时，只有它能打开。只显示这一次；请抄在纸上，别和手机放在一起。公司也没有这个码。", "If the PIN is forgotten, nothing else opens the lock. It is shown this once: write it on paper and keep it apart from the phone. The company does not have it.";
    LockCodeWritten: "抄好了", "I have written it down";
    LockCodeProve: "照纸上抄的，填下面两组：", "From your paper, enter these two groups:";
    LockCodeWrong: "和恢复码对不上。请再看一下纸上抄的。", "That is not what the code says. Look at your paper again.";
    LockCodeShowAgain: "再看一次恢复码", "Show the code again";
    LockIsOn: "已上锁：结果、备注和照片加密存放。", "The lock is on: results, notes and photos are encrypted.";
    LockNow: "现在锁上", "Lock now";
    LockGrace: "离开多久后锁上", "Lock after being away";
    LockChangePin: "换 PIN", "Change the PIN";
    LockPinChanged: "PIN 已换。恢复码不变。", "The PIN is changed. The recovery code stays.";
    LockTurnOff: "取消设备锁", "Turn the lock off";
    LockOffExplain: "取消后，手机里的内容不再加密。", "Without the lock, what is on the phone is no longer encrypted.";
    LockNotSaved: "还有改动没存到手机，存好才能锁上。", "A change is not on the phone yet; it cannot lock before that.";
    LockClosed: "已锁上", "Locked";
    LockOpen: "开锁", "Unlock";
    LockOpening: "正在核对…", "Checking…";
    LockForgot: "忘了 PIN", "Forgot the PIN";
    LockRecoverExplain: "填抄下的恢复码，并定一个新 PIN。记录都在手机里，一条不少。", "Enter the recovery code you wrote down and choose a new PIN. Every record is still on the phone.";
    LockRecoverCode: "恢复码（30 位）", "Recovery code (30 letters and digits)";
    LockCodeSlip: "恢复码有抄错或漏掉的。请逐组核对。", "There is a slip in the code. Check it group by group.";
    LockCodeOther: "这不是这台手机的恢复码。", "This is not this phone's recovery code.";
    LockSealing: "正在加密手机里的内容", "Encrypting what is on the phone";
    LockUnsealing: "正在解除加密", "Taking the encryption off";
    LockWorkExplain: "可以中断：下次打开会接着做，内容不会丢。", "It may be interrupted: it goes on at the next start, and nothing is lost.";
}
