#include "server/data_dir.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace minato {
namespace {

struct DataDirTest : testing::Test {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "data_dir_test";
  ~DataDirTest() override { std::filesystem::remove_all(folder); }
};

TEST_F(DataDirTest, MakesTheFolderAndNamesFilesInIt) {
  const StatusOr<DataDir> dir = DataDir::Open(folder / "a" / "b");
  ASSERT_TRUE(dir.ok()) << dir.status();
  EXPECT_EQ(dir->File("user.db"), folder / "a" / "b" / "user.db");
}

TEST_F(DataDirTest, RefusesASecondUserAndNamesTheFirst) {
  const StatusOr<DataDir> first = DataDir::Open(folder);
  ASSERT_TRUE(first.ok());
  const StatusOr<DataDir> second = DataDir::Open(folder);
  EXPECT_EQ(second.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(MessageOf(second.status()),
            fmt::format("data folder {} is in use by process {}: choose another with --data_dir",
                        folder.string(), ::getpid()));
}

TEST_F(DataDirTest, IsFreeAgainAfterwards) {
  { EXPECT_TRUE(DataDir::Open(folder).ok()); }
  EXPECT_TRUE(DataDir::Open(folder).ok());
}

TEST_F(DataDirTest, NamesWhatStandsInTheWay) {
  std::ofstream(folder) << "a file";
  const StatusOr<DataDir> dir = DataDir::Open(folder);
  EXPECT_EQ(dir.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(MessageOf(dir.status()).find(folder.string()), std::string_view::npos);
}

}  // namespace
}  // namespace minato
