#include "core/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/files.h"
#include "core/random.h"
#include "tests/support/scratch.h"

namespace radiopath {
namespace {

std::filesystem::path file(const std::string& text) {
  static const Scratch scratch;
  const auto path = scratch / "t.csv";
  write_text(path, text);
  return path;
}

std::string error_of(const std::string& text) {
  try {
    read_table(file(text));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Csv, ReadsQuotesCommasLineEndsAndBom) {
  const CsvFile csv = read_csv(file("\xEF\xBB\xBFid,note\r\nA,\"one, \"\"two\"\"\nthree\"\r\nB,\r\n"));
  EXPECT_EQ(csv.header, (std::vector<std::string>{"id", "note"}));
  ASSERT_EQ(csv.rows.size(), 2u);
  EXPECT_EQ(csv.rows[0][1], "one, \"two\"\nthree");
  EXPECT_EQ(csv.rows[1][1], "");
  EXPECT_EQ(csv.lines, (std::vector<int>{2, 4}));
}

TEST(Csv, CellsRoundTrip) {
  for (const std::string text : {"plain", "a,b", "say \"x\"", "two\nlines", ""}) {
    EXPECT_EQ(read_csv(file("c,d\n" + csv_cell(text) + ",1\n")).rows.at(0).at(0), text);
  }
}

TEST(Table, EveryDoubleRoundTripsExactly) {
  Random random(1, "round trip");
  Table table({"p"}, {});
  for (int i = 0; i < 300; ++i) table.columns.push_back("c" + std::to_string(i));
  table = Table(table.ids, table.columns);
  for (int i = 0; i < 300; ++i) table.values(0, i) = random.normal() * std::pow(10.0, random.uniform(-300, 300));
  table.values(0, 0) = std::numeric_limits<double>::denorm_min();
  table.values(0, 1) = std::numeric_limits<double>::max();
  table.values(0, 2) = -0.0;
  const auto path = file("");
  write_table(path, table);
  const Table back = read_table(path);
  ASSERT_EQ(back.columns, table.columns);
  for (int i = 0; i < 300; ++i) EXPECT_EQ(back.values(0, i), table.values(0, i));
  EXPECT_TRUE(std::signbit(back.values(0, 2)));
}

TEST(Table, EmptyCellsAreMissing) {
  const Table table = read_table(file("patient_id,a,b\nP1,,2\nP2,NA,NaN\n"));
  EXPECT_TRUE(std::isnan(table.values(0, 0)));
  EXPECT_TRUE(table.has_any(0));
  EXPECT_FALSE(table.has_any(1));
}

TEST(Table, SelectsRowsByIdAndFillsAbsentOnes) {
  const Table table = read_table(file("patient_id,a\nP1,1\nP2,2\n")).select_rows({"P2", "P9"});
  EXPECT_EQ(table.values(0, 0), 2);
  EXPECT_TRUE(std::isnan(table.values(1, 0)));
}

TEST(Table, SaysWhereAndWhat) {
  EXPECT_NE(error_of("patient_id,a\nP1,1\nP1,2\n").find("t.csv:3: patient 'P1' stands twice"), std::string::npos);
  EXPECT_NE(error_of("patient_id,a\nP1,x1\n").find("t.csv:2: column 'a': 'x1' is not a number"), std::string::npos);
  EXPECT_NE(error_of("patient_id,a\nP1,1,2\n").find("t.csv:2: 3 cells, but the header has 2"), std::string::npos);
  EXPECT_NE(error_of("patient,a\nP1,1\n").find("no column 'patient_id'; did you mean 'patient'?"), std::string::npos);
  EXPECT_NE(error_of("patient_id,a\nP1,\"1\n").find("not closed"), std::string::npos);
  EXPECT_NE(error_of("").find("the file is empty"), std::string::npos);
}

TEST(NearestName, FindsTypingErrorsOnly) {
  EXPECT_EQ(nearest_name("k_mx", {"k_max", "seed"}), "k_max");
  EXPECT_FALSE(nearest_name("zzzzzz", {"k_max", "seed"}));
}

}  // namespace
}  // namespace radiopath
