#include "training/export.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "core/error.h"
#include "core/files.h"
#include "planted_tables.h"
#include "tests/support/scratch.h"
#include "training/attention_training.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;
constexpr double kThreshold = 0.45;

class Export : public ::testing::Test {
 protected:
  static fusion::AttentionModel fit(const Planted& planted, int layers = 1) {
    fusion::AttentionConfig config;
    config.seeds = 2;
    config.epochs = 5;
    config.layers = layers;
    return fit_attention(config, plain_inputs(planted.tables), {}, planted.tables, locked_split(planted.cohort).train, 11);
  }

  const Planted planted_ = plant_tables(40, 1, 1);
  const Scratch folder_;
};

TEST_F(Export, PredictsAsTheRunForEveryBatchAndMissingPattern) {
  for (const int layers : {1, 3}) {
    const auto model = fit(planted_, layers);
    export_torchscript(model, kThreshold, "{}", folder_ / "chp.pt");
    EXPECT_LE(verify_export(folder_ / "chp.pt", model, planted_.tables), 1e-12);
  }
}

TEST_F(Export, BytesDoNotDependOnTheName) {
  const auto model = fit(planted_);
  export_torchscript(model, kThreshold, "{}", folder_ / "a.pt");
  export_torchscript(model, kThreshold, "{}", folder_ / "other name.pt");
  EXPECT_EQ(read_text(folder_ / "a.pt"), read_text(folder_ / "other name.pt"));
}

TEST_F(Export, AnotherModelIsNoticed) {
  export_torchscript(fit(planted_, 2), kThreshold, "{}", folder_ / "chp.pt");
  try {
    verify_export(folder_ / "chp.pt", fit(planted_), planted_.tables);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("was the file made by another run?"), std::string::npos) << error.what();
  }
}

TEST_F(Export, WhatIsNoTorchScriptIsNamed) {
  write_text(folder_ / "chp.pt", "not a model");
  EXPECT_THROW(verify_export(folder_ / "chp.pt", fit(planted_), planted_.tables), InputError);
}

TEST_F(Export, ModalitiesBecomeIdentifiers) {
  EXPECT_EQ(argument_name("Clinic"), "clinic");
  EXPECT_EQ(argument_name("miRNA panel-2"), "mirna_panel_2");
  EXPECT_EQ(argument_name("10x"), "m10x");
  EXPECT_EQ(argument_name("Self"), "self_");
}

TEST_F(Export, TwoModalitiesOfOneIdentifierAreRefused) {
  auto model = fit(planted_);
  model.inputs[1].modality = "clinic";
  EXPECT_THROW(export_torchscript(model, kThreshold, "{}", folder_ / "chp.pt"), InputError);
}

void write_inputs(const fs::path& file, const fusion::AttentionInput& input, const Table& table) {
  std::ofstream out(file);
  for (std::size_t c = 0; c < input.columns.size(); ++c) out << (c ? "," : "") << csv_cell(input.columns[c]);
  for (int row = 0; row < table.rows(); ++row) {
    out << "\n";
    for (int c = 0; c < table.cols(); ++c) out << (c ? "," : "") << format_double(table.values(row, c));
  }
  out << "\n";
}

TEST_F(Export, PythonGetsTheSameNumbers) {
  const std::string python = RADIOPATH_TORCH_PYTHON;
  if (python.empty()) GTEST_SKIP() << "no Python beside LibTorch";
  const auto model = fit(planted_);
  const auto ids = planted_.tables.at("Clinic").ids;
  export_torchscript(model, kThreshold, R"({"cohort": "planted", "patients": 40})", folder_ / "chp.pt");
  for (const auto& input : model.inputs) {
    write_inputs(folder_ / (argument_name(input.modality) + ".csv"), input, planted_.tables.at(input.modality));
  }
  std::ofstream expected(folder_ / "expected.csv");
  expected << "probability,label\n";
  for (const double score : predict(model, planted_.tables, ids)) {
    expected << format_double(score) << "," << (std::isnan(score) ? -1 : int(score >= kThreshold)) << "\n";
  }
  expected.close();
  const std::string check = std::string(RADIOPATH_SOURCE_DIR) + "/tests/training/torchscript_check.py";
  const int status = std::system(("'" + python + "' '" + check + "' '" + folder_.path().string() + "'").c_str());
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << python << " cannot import torch";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace radiopath::training
