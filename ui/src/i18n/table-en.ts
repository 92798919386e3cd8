/** English texts of why a file with a table cannot be read. */
export const tableEn = {
  too_large: { happened: "The file is larger than 20 MB, or too large once unpacked.", act: "Remove pictures and other sheets, or split it." },
  too_many_rows: { happened: "The table has more than 20,000 rows.", act: "Split it into several files." },
  too_many_columns: { happened: "The table has more than 100 columns.", act: "Remove the columns on the right; something may be left in cells far away." },
  not_a_table: { happened: "This is not a table.", act: "Choose an XLSX or CSV file." },
  old_workbook: { happened: "This workbook is of the old form (XLS), or under a password.", act: "Remove the password and save it as XLSX." },
  damaged: { happened: "The workbook is damaged.", act: "Open it in a spreadsheet program, save a copy and try that." },
  empty: { happened: "Nothing stands in this file.", act: "See whether it is the right one." },
  no_sheet: { happened: "The file has no such sheet.", act: "Choose the sheet again." },
  no_header: { happened: "The row named as header is empty.", act: "Enter the number of the header's row again." },
};
