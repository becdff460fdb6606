#include "server/backends/spool/spool.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/test_loop.h"

namespace minato {
namespace {

namespace fs = std::filesystem;

struct SpoolTest : testing::Test {
  ~SpoolTest() override { fs::remove_all(folder); }

  std::string Read(const std::string& name) const {
    std::ifstream file(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  size_t CountFiles() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }

  const fs::path folder = fs::path(testing::TempDir()) /
                          testing::UnitTest::GetInstance()->current_test_info()->name() / "spool";
  TestLoop loop;
};

TEST_F(SpoolTest, DeliversTheBytesAsTheyAre) {
  const auto spool = *Spool::Open(folder);
  const std::string bytes("a\r\nb\0c\xff", 7);
  EXPECT_TRUE(loop.Run(spool->Put("1.eml", bytes)).ok());
  EXPECT_EQ(Read("1.eml"), bytes);
}

TEST_F(SpoolTest, ARepetitionReplacesTheFileAndLeavesNothingBeside) {
  const auto spool = *Spool::Open(folder);
  EXPECT_TRUE(loop.Run(spool->Put("1.eml", "a longer first attempt")).ok());
  EXPECT_TRUE(loop.Run(spool->Put("1.eml", "second")).ok());
  EXPECT_EQ(Read("1.eml"), "second");
  EXPECT_EQ(CountFiles(), 1u);
}

TEST_F(SpoolTest, ClearsWhatACrashLeftHalfWrittenAndNothingElse) {
  fs::create_directories(folder);
  std::ofstream(folder / "1.eml.tmp") << "half";
  std::ofstream(folder / "2.eml") << "whole";
  const auto spool = *Spool::Open(folder);
  EXPECT_EQ(CountFiles(), 1u);
  EXPECT_EQ(Read("2.eml"), "whole");
}

TEST_F(SpoolTest, NamesTheFileThatCannotBeWritten) {
  const auto spool = *Spool::Open(folder);
  fs::create_directories(folder / "1.eml.tmp");
  const Status status = loop.Run(spool->Put("1.eml", "text"));
  EXPECT_EQ(status.code(), StatusCode::kUnavailable);
  EXPECT_NE(MessageOf(status).find("spool/1.eml.tmp: Is a directory"), std::string_view::npos) << status;
}

TEST_F(SpoolTest, NamesAFolderThatCannotBeMade) {
  fs::create_directories(folder.parent_path());
  std::ofstream(folder) << "a file";
  EXPECT_NE(MessageOf(Spool::Open(folder).status()).find(folder.string()), std::string_view::npos);
}

}  // namespace
}  // namespace minato
