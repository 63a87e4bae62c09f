// Random streams, parallel loops, hashes, atomic files and the run folder.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/error.h"
#include "core/failures.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/run_folder.h"
#include "tests/support/scratch.h"

namespace radiopath {
namespace {

std::filesystem::path fresh_folder(const std::string& name) {
  static const Scratch scratch;
  const auto folder = scratch / name;
  std::filesystem::remove_all(folder);
  return folder;
}

TEST(Random, StreamsAreNamedAndIndependentOfEachOther) {
  EXPECT_EQ(Random(1, "a").next(), Random(1, "a").next());
  EXPECT_NE(Random(1, "a").next(), Random(1, "b").next());
  EXPECT_NE(Random(1, "a").next(), Random(2, "a").next());
  EXPECT_NE(Random(1, "a", {1}).next(), Random(1, "a", {2}).next());
}

TEST(Random, MomentsAreThoseOfTheDistributions) {
  Random random(3, "moments");
  const int n = 200000;
  double sum = 0, squares = 0, uniform = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
    uniform += random.uniform();
  }
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(uniform / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
}

TEST(Random, BelowReachesEveryValueEqually) {
  Random random(4, "below");
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 5 * 93);
  auto order = random.permutation(50);
  std::sort(order.begin(), order.end());
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Parallel, ResultsGoByIndexForAnyThreadCount) {
  for (const int threads : {1, 2, 7}) {
    set_thread_count(threads);
    const auto squares = parallel_map(1000, [](std::int64_t i) { return i * i; });
    for (std::int64_t i = 0; i < 1000; ++i) ASSERT_EQ(squares[static_cast<std::size_t>(i)], i * i);
  }
  set_thread_count(0);
}

TEST(Parallel, TheLowestFailurePasses) {
  for (int repeat = 0; repeat < 20; ++repeat) {
    try {
      parallel_for(64, [](std::int64_t i) { if (i % 5 == 3) throw InputError(std::to_string(i)); });
      FAIL();
    } catch (const InputError& error) {
      EXPECT_STREQ(error.what(), "3");
    }
  }
}

TEST(Parallel, Nests) {
  const auto sums = parallel_map(8, [](std::int64_t i) {
    const auto inner = parallel_map(8, [&](std::int64_t j) { return i * j; });
    std::int64_t sum = 0;
    for (const auto v : inner) sum += v;
    return sum;
  });
  for (std::int64_t i = 0; i < 8; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)], 28 * i);
}

TEST(Hash, PartsDoNotRunTogether) {
  EXPECT_NE(Hasher().add("ab").add("c").hex(), Hasher().add("a").add("bc").hex());
  EXPECT_EQ(hash_text("").size(), 32u);
  // XXH3 128-bit of the empty input, seed 0: xxHash's own test vector.
  EXPECT_EQ(hash_text(""), "99aa06d3014798d86001c324468d497f");
}

TEST(Hash, FileAndTextAgree) {
  const auto file = fresh_folder("hash") / "x";
  const std::string text(3000000, 'x');
  write_text(file, text);
  EXPECT_EQ(hash_file(file), hash_text(text));
  EXPECT_THROW(hash_file(file.parent_path() / "absent"), InputError);
}

TEST(WriteAtomically, LeavesNothingBehindWhenItFails) {
  const auto folder = fresh_folder("atomic");
  EXPECT_THROW(write_atomically(folder / "a.csv",
                                [](const auto& temporary) {
                                  std::ofstream(temporary) << "half";
                                  throw InputError("no");
                                }),
               InputError);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST(WriteAtomically, KeepsLinksAndPipesAndRefusesFolders) {
  const auto folder = fresh_folder("places");
  std::filesystem::create_directory(folder);
  std::filesystem::create_symlink("b.csv", folder / "a.csv");  // to what is not there yet
  for (const std::string text : {"one", "two"}) {
    write_text(folder / "a.csv", text);
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "a.csv"));
    EXPECT_EQ(read_text(folder / "b.csv"), text);
  }
  const auto pipe = folder / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int end = open(pipe.c_str(), O_RDWR);  // so that the writer finds a reader
  require_writable(pipe);
  write_text(pipe, "through");
  char read_back[8] = {};
  EXPECT_EQ(read(end, read_back, 7), 7);
  EXPECT_STREQ(read_back, "through");
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  close(end);
  const auto refusal = [](const std::filesystem::path& file) {
    try {
      require_writable(file);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal(folder), folder.string() + ": is a folder; expected a file to write");
  EXPECT_EQ(refusal(folder / "b.csv/c.csv"), (folder / "b.csv").string() + ": cannot be created: Not a directory");
  EXPECT_EQ(refusal(folder / "deep/c.csv"), "");
  EXPECT_TRUE(std::filesystem::is_empty(folder / "deep"));
}

TEST(RunFolder, MakesOnceAndAgainOnlyForAnotherKey) {
  const RunFolder folder(fresh_folder("run"));
  int made = 0;
  const auto make = [&](const auto& temporary) { std::ofstream(temporary) << ++made; };
  folder.keep("tables/a.csv", "key1", make);
  folder.keep("tables/a.csv", "key1", make);
  EXPECT_EQ(made, 1);
  folder.keep("tables/a.csv", "key2", make);
  EXPECT_EQ(made, 2);
  EXPECT_EQ(read_text(folder / "tables/a.csv"), "2");
  EXPECT_TRUE(folder.has("tables/a.csv", "key2"));
  EXPECT_FALSE(folder.has("tables/a.csv", "key1"));
}

TEST(Failures, KeepTheReasonAndLetOthersGoOn) {
  Failures failures;
  parallel_for(10, [&](std::int64_t i) {
    failures.guard("P" + std::to_string(i), "mri", [&] { if (i % 4 == 1) throw InputError("bad, \"file\""); });
  });
  const auto entries = failures.entries();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].patient_id, "P1");
  const auto file = fresh_folder("failures") / "failures.csv";
  failures.write(file);
  EXPECT_NE(read_text(file).find("P5,mri,\"bad, \"\"file\"\"\"\n"), std::string::npos);
}

}  // namespace
}  // namespace radiopath
