//! Which column says what: guessed from the headers, decided by the administrator.

use contract::stations::{StationField, TableRow};

use super::table::{Table, Unreadable};

use StationField::{Address, Code, Datum, Latitude, Longitude, Manager, Name, Phone, Township, Village};

/// Headers as counties write them, folded as [`fold`] does.
const HEADERS: [(StationField, &[&str]); 10] = [
    (
        Code,
        &[
            "站点编号",
            "站点编码",
            "站点代码",
            "编号",
            "编码",
            "代码",
            "code",
            "stationcode",
            "stationid",
            "id",
        ],
    ),
    (
        Name,
        &[
            "站点名称",
            "站点名",
            "站点",
            "站名",
            "名称",
            "服务站名称",
            "服务站",
            "服务站点名称",
            "网点名称",
            "村级站点名称",
            "name",
            "stationname",
            "station",
        ],
    ),
    (
        Township,
        &[
            "乡镇",
            "所属乡镇",
            "所在乡镇",
            "乡镇名称",
            "乡镇街道",
            "镇",
            "乡",
            "街道",
            "镇乡",
            "township",
            "town",
        ],
    ),
    (
        Village,
        &[
            "村",
            "行政村",
            "村名",
            "村名称",
            "所在村",
            "所属村",
            "所在行政村",
            "村社区",
            "村居",
            "村庄",
            "village",
        ],
    ),
    (Address, &["地址", "详细地址", "站点地址", "具体地址", "address"]),
    (
        Manager,
        &[
            "负责人",
            "站点负责人",
            "负责人姓名",
            "站长",
            "站长姓名",
            "联系人",
            "经营者",
            "姓名",
            "manager",
            "contact",
            "inchargeperson",
            "owner",
        ],
    ),
    (
        Phone,
        &[
            "电话",
            "联系电话",
            "电话号码",
            "手机",
            "手机号",
            "手机号码",
            "联系方式",
            "负责人电话",
            "phone",
            "phonenumber",
            "telephone",
            "tel",
            "mobile",
        ],
    ),
    (Longitude, &["经度", "东经", "longitude", "long", "lon", "lng"]),
    (Latitude, &["纬度", "北纬", "latitude", "lat"]),
    (Datum, &["坐标系", "坐标系统", "坐标基准", "坐标类型", "大地基准", "基准", "datum", "crs"]),
];

/// A header without what does not name it: blanks, marks of duty, remarks in brackets, capitals.
fn fold(header: &str) -> String {
    let mut depth = 0_u32;
    let mut folded = String::new();
    for c in header.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth = depth.saturating_add(1),
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth > 0 || c.is_whitespace() => {}
            '*' | '＊' | ':' | '：' | '_' | '-' | '/' | '、' | '\'' | '"' => {}
            _ => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// What a header says, if it is one of those known.
pub fn field_of(header: &str) -> Option<StationField> {
    let folded = fold(header);
    HEADERS
        .iter()
        .find(|(_, known)| known.contains(&folded.as_str()))
        .map(|(field, _)| *field)
}

/// What each column seems to say; the first of several columns with one meaning has it.
pub fn guess(headers: &[String]) -> Vec<Option<StationField>> {
    let mut taken = Vec::new();
    let mut mapping = Vec::new();
    for header in headers {
        let field = field_of(header).filter(|field| !taken.contains(field));
        taken.extend(field);
        mapping.push(field);
    }
    mapping
}

/// Rows among which the header is looked for: titles and remarks often stand above it.
const LOOKED_AT: usize = 20;

/// The header row: the one asked for, else the one with the most known headers, else the first.
pub fn header(table: &Table, asked: Option<u32>) -> Result<&TableRow, Unreadable> {
    if let Some(number) = asked {
        return table.rows.iter().find(|row| row.row == number).ok_or(Unreadable::NoHeader);
    }
    let known = |row: &TableRow| guess(&row.cells).iter().flatten().count();
    let candidates = table.rows.iter().take(LOOKED_AT);
    // The first of equals.
    candidates.rev().max_by_key(|row| known(row)).ok_or(Unreadable::Empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(headers: &[&str]) -> Vec<Option<StationField>> {
        guess(&headers.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn headers_as_they_are_written() {
        let chinese = [
            "序号",
            "站点编号",
            " 站点名称*",
            "所属乡镇",
            "行政村",
            "经度（°）",
            "纬度(WGS84)",
            "负责人",
            "联系 电话",
            "备注",
            "坐标系",
        ];
        let wanted = [
            None,
            Some(Code),
            Some(Name),
            Some(Township),
            Some(Village),
            Some(Longitude),
            Some(Latitude),
            Some(Manager),
            Some(Phone),
            None,
        ];
        assert_eq!(guessed(&chinese)[..10], wanted);
        assert_eq!(guessed(&chinese)[10], Some(Datum));
        let english = [
            "Code",
            "Station name",
            "Township",
            "Village",
            "Longitude",
            "LAT",
            "Manager",
            "Phone number",
            "Address",
        ];
        let wanted = [Code, Name, Township, Village, Longitude, Latitude, Manager, Phone, Address].map(Some);
        assert_eq!(guessed(&english), wanted);
        assert_eq!(guessed(&["电话", "手机"]), [Some(Phone), None]);
    }

    #[test]
    fn the_header_is_found_below_a_title() {
        let row = |row: u32, cells: &[&str]| TableRow {
            row,
            cells: cells.iter().map(|c| (*c).to_owned()).collect(),
        };
        let table = Table {
            format: "UTF-8",
            sheets: Vec::new(),
            sheet: None,
            rows: vec![row(1, &["青禾县站点台账"]), row(3, &["站点名称", "乡镇"]), row(4, &["名称", "乡镇"])],
        };
        assert_eq!(header(&table, None).unwrap().row, 3);
        assert_eq!(header(&table, Some(1)).unwrap().row, 1);
        assert_eq!(header(&table, Some(2)), Err(Unreadable::NoHeader));
    }
}
