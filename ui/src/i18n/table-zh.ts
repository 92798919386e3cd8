/** Chinese texts of why a file with a table cannot be read. */
export const tableZh = {
  too_large: { happened: "文件超过 20 MB，或展开后太大。", act: "请删去图片和无关的表，或分成几个文件。" },
  too_many_rows: { happened: "表格超过 20,000 行。", act: "请分成几个文件。" },
  too_many_columns: { happened: "表格超过 100 列。", act: "请删去右边无关的列，远处的空格里可能有残留内容。" },
  not_a_table: { happened: "这不是表格文件。", act: "请选择 XLSX 或 CSV 文件。" },
  old_workbook: { happened: "这是旧格式（XLS）的表格，或加了打开密码。", act: "请在表格软件里去掉密码，另存为 XLSX。" },
  damaged: { happened: "表格文件已损坏。", act: "请在表格软件里打开，另存一份再试。" },
  empty: { happened: "文件里没有内容。", act: "请检查是否选错了文件。" },
  no_sheet: { happened: "文件里没有这张工作表。", act: "请重新选择工作表。" },
  no_header: { happened: "表头所在的这一行是空的。", act: "请重新填写表头所在的行号。" },
};
