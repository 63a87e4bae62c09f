// Data that break weaker code, before every command of `radiopath statistics`: the documented value or a clear error.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/random.h"
#include "tests/support/message.h"
#include "tests/support/scratch.h"
#include "training/paper_tables.h"
#include "training/statistics_compare.h"
#include "training/statistics_tables.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

/// A study by columns, as CSV.
struct Columns {
  std::vector<std::string> names;
  std::vector<std::vector<double>> values;

  std::vector<double>& operator[](const std::string& name) {
    return values[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())];
  }
  Columns& add(const std::string& name, std::vector<double> column) {
    names.push_back(name), values.push_back(std::move(column));
    return *this;
  }
  std::string csv() const {
    std::string text;
    for (std::size_t c = 0; c < names.size(); ++c) text += (c > 0 ? "," : "") + csv_cell(names[c]);
    for (std::size_t r = 0; r < values[0].size(); ++r)
      for (std::size_t c = 0; c < names.size(); ++c) text += (c > 0 ? "," : "\n") + format_double(values[c][r]);
    return text + "\n";
  }
};

/// outcome, time, and two columns in (0, 1) that know something of the outcome.
Columns study(int patients, int events) {
  Columns made;
  Random random(6, "bad inputs");
  std::vector<double> outcome, time, a, b;
  for (int i = 0; i < patients; ++i) {
    const int y = i * events / patients != (i + 1) * events / patients;
    outcome.push_back(y), time.push_back(1 + random.below(30));
    a.push_back(1 / (1 + std::exp(-random.normal(y - 0.5, 1)))),
        b.push_back(1 / (1 + std::exp(-random.normal(0.5 * y - 0.3, 1))));
  }
  return made.add("outcome", outcome).add("time", time).add("a", a).add("b", b);
}

class Commands : public testing::Test {
 protected:
  std::filesystem::path write(const Columns& columns) const {
    write_text(scratch_ / "study.csv", columns.csv());
    return scratch_ / "study.csv";
  }
  Json compare(const Columns& columns, std::vector<std::string> models = {"a", "b"}) const {
    Json result = compare_scores(read_scored(write(columns), {.models = std::move(models)}),
                                 {{.resamples = 0, .seed = 1}, {0.2, 0.5}});
    for (const auto& text : {roc_text(result), pairs_text(result), calibration_text(result), decision_text(result)})
      EXPECT_EQ(text.find("nan"), std::string::npos) << text;
    return result["cohorts"][0];
  }
  Answer logistic(const Columns& columns, const std::string& names = "a,b") const {
    return logistic_table(write(columns), {{"outcome", ""},
                                           {"columns", names},
                                           {"stepwise", ""},
                                           {"by", ""},
                                           {"enter", ""},
                                           {"stay", ""},
                                           {"firth", ""},
                                           {"r2", ""},
                                           {"nomogram", ""}});
  }
  Answer survival(const Columns& columns) const {
    return survival_table(write(columns), {{"time", ""}, {"event", "outcome"}, {"group", ""}, {"columns", "a,b"}});
  }
  Answer table1(const Columns& columns) const {
    return baseline_table(write(columns), {{"group", "outcome"}, {"columns", "a,b"}});
  }
  Answer icc(const Columns& columns) const { return icc_table(write(columns), {{"columns", "a,b"}}); }


  Scratch scratch_;
};

TEST_F(Commands, ConstantColumn) {
  Columns data = study(40, 16);
  data["a"].assign(40, 0.25);
  const Json cohort = compare(data);
  EXPECT_EQ(cohort["figures"][0]["auc"]["value"], 0.5);
  EXPECT_EQ(cohort["figures"][0]["auc"]["standard_error"], 0);
  EXPECT_TRUE(cohort["calibration"][0]["slope"].is_null());
  EXPECT_TRUE(cohort["calibration"][0]["hosmer_lemeshow"]["p"].is_null());
  const Answer fitted = logistic(data);
  EXPECT_EQ(fitted.json["terms"].size(), 2u);
  EXPECT_TRUE(says(fitted.text, "left out: a"));
  const Answer cox = survival(data);
  EXPECT_TRUE(cox.json["cox"][0]["hazard_ratio"].is_null());
  EXPECT_EQ(cox.json["cox"][0]["concordance"], 0.5);
  EXPECT_EQ(table1(data).json["rows"][0]["remark"], "constant");
  data["b"].assign(40, 0.25);
  EXPECT_TRUE(icc(data).json["forms"][1]["icc"].is_null()) << "nothing varies";
}

TEST_F(Commands, ColumnWithoutAnyValue) {
  Columns data = study(40, 16);
  data["a"].assign(40, NAN);
  const Json cohort = compare(data);
  EXPECT_EQ(cohort["figures"][0]["note"], "no patients");
  EXPECT_TRUE(cohort["figures"][0]["auc"]["value"].is_null());
  EXPECT_EQ(cohort["figures"][1]["patients"], 40) << "the other model on its own patients";
  EXPECT_EQ(cohort["patients"], 40) << "nor does it take the others' patients away";
  EXPECT_EQ(cohort["without_scores"], Json::array({"a"}));
  EXPECT_TRUE(cohort["pairs"].empty());
  EXPECT_EQ(cohort["calibration"].size(), 1u);
  EXPECT_TRUE(says(message_of([&] { logistic(data); }), "study.csv: no row is complete; without any value: a"));
  EXPECT_TRUE(says(message_of([&] { icc(data); }), "0 complete subjects"));
  EXPECT_EQ(table1(data).json["rows"][0]["remark"], "all missing");
  EXPECT_EQ(survival(data).json["cox"][0]["patients"], 0);
  EXPECT_TRUE(survival(data).json["cox"][0]["hazard_ratio"].is_null());
}

TEST_F(Commands, OneClass) {
  for (const double only : {0.0, 1.0}) {
    Columns data = study(30, 12);
    data["outcome"].assign(30, only);
    const Json cohort = compare(data);
    EXPECT_EQ(cohort["figures"][0]["note"], only == 1 ? "no patients without the event" : "no events");
    EXPECT_TRUE(cohort["figures"][0]["auc"]["value"].is_null());
    EXPECT_TRUE(cohort["pairs"].empty());
    EXPECT_TRUE(
        says(message_of([&] { logistic(data); }), only == 1 ? "found 30 events among 30" : "found 0 events among 30"));
    EXPECT_TRUE(table1(data).json["rows"][0]["p"].is_null());
    const Answer curve = survival(data);
    if (only == 0) {
      EXPECT_TRUE(curve.json["cox"][0]["hazard_ratio"].is_null() && curve.json["cox"][0]["concordance"].is_null());
      EXPECT_TRUE(curve.json["groups"][0]["median"].is_null());
    }
  }
}

TEST_F(Commands, PerfectSeparation) {
  Columns data = study(40, 16);
  for (std::size_t i = 0; i < 40; ++i) data["a"][i] = 0.1 + 0.7 * data["outcome"][i] + 0.004 * double(i);
  const Json cohort = compare(data);
  EXPECT_EQ(cohort["figures"][0]["auc"]["value"], 1);
  EXPECT_TRUE(says(cohort["figures"][0]["note"], "complete separation"));
  EXPECT_TRUE(cohort["calibration"][0]["slope"].is_null());
  const Answer fitted = logistic(data);
  EXPECT_TRUE(fitted.json["firth"]);
  EXPECT_TRUE(says(fitted.text, "penalised likelihood ratio"));
  EXPECT_TRUE(std::isfinite(fitted.json["terms"][1]["odds_ratio"].get<double>()));
  EXPECT_LT(fitted.json["terms"][1]["p"].get<double>(), 0.001) << "Wald's would see nothing";
  EXPECT_TRUE(fitted.json["aic"].is_null());
}

TEST_F(Commands, DuplicatedColumns) {
  Columns data = study(40, 16);
  data["b"] = data["a"];
  const Json pair = compare(data)["pairs"][0];
  EXPECT_EQ(pair["delong_z"], 0);
  EXPECT_EQ(pair["delong_p"], 1);
  EXPECT_EQ(pair["idi"], 0);
  EXPECT_EQ(pair["idi_p"], 1);
  EXPECT_EQ(pair["continuous_nri"]["value"], 0);
  EXPECT_EQ(pair["mcnemar"]["p_exact"], 1);
  EXPECT_EQ(pair["net_benefit_difference"][0]["value"], 0);
  EXPECT_TRUE(says(logistic(data).text, "left out: b"));
  EXPECT_EQ(icc(data).json["forms"][1]["icc"], 1);
}

TEST_F(Commands, TiesEverywhere) {
  Columns data = study(40, 16);
  for (const char* name : {"a", "b"})
    for (double& value : data[name]) value = value > 0.5;
  double rank = 0;  // AUC by counting pairs
  for (std::size_t i = 0; i < 40; ++i)
    for (std::size_t j = 0; j < 40; ++j)
      if (data["outcome"][i] == 1 && data["outcome"][j] == 0)
        rank += (data["a"][i] > data["a"][j]) + 0.5 * (data["a"][i] == data["a"][j]);
  const Json cohort = compare(data);
  EXPECT_NEAR(cohort["figures"][0]["auc"]["value"].get<double>(), rank / (16 * 24), 1e-14);
  EXPECT_EQ(cohort["calibration"][0]["left_out"], 40) << "risks of 0 and 1 have no log-odds";
  EXPECT_TRUE(cohort["calibration"][0]["hosmer_lemeshow"]["p"].is_null());
  EXPECT_EQ(logistic(data).json["terms"].size(), 3u);
  const Json p = table1(data).json["rows"][0]["p"];
  EXPECT_TRUE(p.get<double>() > 0 && p.get<double>() <= 1);
  data["time"].assign(40, 5);
  EXPECT_EQ(survival(data).json["groups"][0]["points"].size(), 1u);
}

TEST_F(Commands, FewerPatientsThanColumnsAndFiveEvents) {
  Columns wide = study(12, 5);
  Random random(2, "wide");
  std::string names = "a,b";
  for (int c = 0; c < 15; ++c) {
    std::vector<double> column;
    for (int i = 0; i < 12; ++i) column.push_back(random.normal());
    wide.add("x" + std::to_string(c), column), names += ",x" + std::to_string(c);
  }
  EXPECT_TRUE(
      says(message_of([&] { logistic(wide, names); }), "columns for 12 complete patients; expected fewer columns"));
  const Columns rare = study(60, 5);
  const Answer fitted = logistic(rare);
  EXPECT_EQ(fitted.json["events"], 5);
  EXPECT_TRUE(says(fitted.text, "2.5 events per candidate parameter (below 10"));
  const Json cohort = compare(rare);
  EXPECT_EQ(cohort["figures"][0]["events"], 5);
  EXPECT_LT(cohort["figures"][0]["auc"]["lower"].get<double>(), cohort["figures"][0]["auc"]["upper"].get<double>());
}

TEST_F(Commands, InfiniteValuesAreNamedWithTheirLine) {
  Columns data = study(20, 8);
  data["b"][3] = INFINITY;
  const std::string expected = "study.csv:5: b is 'inf'; expected a finite number or nothing";
  EXPECT_TRUE(says(message_of([&] { compare(data); }), expected));
  EXPECT_TRUE(says(message_of([&] { logistic(data); }), expected));
  EXPECT_TRUE(says(message_of([&] { survival(data); }), expected));
  EXPECT_TRUE(says(message_of([&] { icc(data); }), expected));
  EXPECT_TRUE(says(message_of([&] { table1(data); }), "inf")) << message_of([&] { table1(data); });
}

TEST_F(Commands, HugeScalesChangeNothing) {
  const Columns data = study(60, 24);
  Columns huge = data;
  for (double& value : huge["a"]) value = 1e12 * value + 1e12;
  const Json plain = compare(data), scaled = compare(huge);
  EXPECT_EQ(plain["figures"][0]["auc"], scaled["figures"][0]["auc"]);
  EXPECT_EQ(plain["pairs"][0]["delong_p"], scaled["pairs"][0]["delong_p"]);
  EXPECT_EQ(scaled["calibration"].size(), 1u) << "these are no probabilities";
  EXPECT_FALSE(scaled["pairs"][0].contains("net_benefit_difference"));
  const auto near = [](const Json& a, const Json& b) {
    EXPECT_NEAR(a.get<double>(), b.get<double>(), 1e-7 * std::abs(b.get<double>()));
  };
  near(logistic(huge).json["terms"][1]["p"], logistic(data).json["terms"][1]["p"]);
  near(logistic(huge).json["terms"][1]["likelihood_ratio_p"], logistic(data).json["terms"][1]["likelihood_ratio_p"]);
  near(survival(huge).json["cox"][0]["p"], survival(data).json["cox"][0]["p"]);
  near(table1(huge).json["rows"][0]["p"], table1(data).json["rows"][0]["p"]);
}

TEST_F(Commands, NamesWithCommasAndQuotesInAnyOrder) {
  Columns data = study(40, 16);
  const Json plain = compare(data);
  data.names[2] = "age, \"years\"", data.names[3] = "x = {\"y\"}";
  const Json named = compare(data, {data.names[2], data.names[3]});
  EXPECT_EQ(named["figures"][0]["model"], data.names[2]);
  EXPECT_EQ(named["figures"][0]["auc"], plain["figures"][0]["auc"]);
  const Answer fitted = logistic(data, csv_cell(data.names[2]) + "," + csv_cell(data.names[3]));
  EXPECT_EQ(fitted.json["terms"][1]["term"], data.names[2]);
  Columns turned = study(40, 16);
  std::reverse(turned.names.begin(), turned.names.end()), std::reverse(turned.values.begin(), turned.values.end());
  EXPECT_EQ(compare(turned), plain);
  EXPECT_EQ(logistic(turned).json, logistic(study(40, 16)).json);
}

TEST_F(Commands, MissingColumnsAreNamed) {
  const Columns data = study(20, 8);
  EXPECT_TRUE(says(message_of([&] { compare(data, {"a", "bb"}); }), "no column 'bb'"));
  EXPECT_TRUE(says(message_of([&] { logistic(data, "a,bb"); }), "no column 'bb'"));
  Columns without = data;
  without.names[0] = "died";
  EXPECT_TRUE(says(message_of([&] { compare(without); }), "--outcome"));
  EXPECT_TRUE(says(message_of([&] { logistic(without); }), "--outcome"));
  without.names[1] = "months";
  EXPECT_TRUE(says(message_of([&] { survival(without); }), "time"));
}

TEST_F(Commands, PaperTablesNameCellAndLine) {
  const std::string header = "cohort,model,sensitivity,specificity,ppv,npv,stated_total_of_all_cohorts\n";
  const auto read = [&](const std::string& text) {
    write_text(scratch_ / "paper.csv", text);
    return read_paper_tables(scratch_ / "paper.csv");
  };
  const auto said = [&](const std::string& text) { return message_of([&] { read(text); }); };
  const std::string good = "Test,\"A, \"\"b\"\"\",0.8,0.6,0.5,0.857,\n";
  EXPECT_EQ(read(header + good)[0].model, "A, \"b\"");
  for (const char* cell : {"80", "inf", "-0.1", "eight", ""}) {
    const std::string text = said(header + good + "Test,B," + cell + ",0.6,0.5,0.857,\n");
    EXPECT_TRUE(says(text, std::string("paper.csv:3: sensitivity is '") + cell + "'; expected a share from 0 to 1")) << text;
  }
  for (const char* total : {"1", "40.5", "9999", "many"})
    EXPECT_TRUE(says(said(header + "Test,B,0.8,0.6,0.5,0.857," + total + "\n"), "paper.csv:2: stated total is"));
  EXPECT_TRUE(says(said("cohort,model,sensitivity,specificity,ppv\nTest,B,0.8,0.6,0.5\n"), "no column 'npv'"));
  EXPECT_TRUE(says(said(header), "has no rows"));
  const std::string turned = "npv,ppv,specificity,sensitivity,model,cohort\n0.857,0.5,0.6,0.8,\"A, \"\"b\"\"\",Test\n";
  const std::string described = describe(analyse_paper_tables(read(header + good)));
  EXPECT_EQ(describe(analyse_paper_tables(read(turned))), described);
}

}  // namespace
}  // namespace radiopath::training
