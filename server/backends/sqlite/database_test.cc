#include "server/backends/sqlite/database.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "runtime/scope.h"
#include "runtime/test_loop.h"

namespace minato::sqlite {
namespace {

constexpr const char* kMigrations[] = {"CREATE TABLE words(id INTEGER PRIMARY KEY, word TEXT UNIQUE NOT NULL)"};

struct DatabaseTest : testing::Test {
  std::unique_ptr<Database> Open() {
    StatusOr<std::unique_ptr<Database>> database = Database::Open({.path = path}, kMigrations);
    EXPECT_TRUE(database.ok()) << database.status();
    return *std::move(database);
  }

  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                       testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string path = (std::filesystem::create_directories(folder), folder / "words.db");
  TestLoop loop;

  ~DatabaseTest() override { std::filesystem::remove_all(folder); }
};

Task<StatusOr<int64_t>> Insert(Database& database, std::string word) {
  co_return co_await database.Write([word = std::move(word)](Connection& db) -> StatusOr<int64_t> {
    Query query(db, "INSERT INTO words(word) VALUES(?)", word);
    TRY(query.Finish());
    return db.last_insert_id();
  });
}

Task<StatusOr<std::string>> Find(Database& database, int64_t id) {
  co_return co_await database.Read([id](Connection& db) -> StatusOr<std::string> {
    Query query(db, "SELECT word FROM words WHERE id = ?", id);
    TRY(const bool found, query.Next());
    if (!found) return NotFound("no word {}", id);
    return query.Text(0);
  });
}

TEST_F(DatabaseTest, KeepsWhatWasWrittenWhenItIsOpenedAgain) {
  int64_t id;
  {
    const auto database = Open();
    id = *loop.Run(Insert(*database, "hafen"));
    EXPECT_EQ(*loop.Run(Find(*database, id)), "hafen");
  }
  const auto again = Open();
  EXPECT_EQ(*loop.Run(Find(*again, id)), "hafen");
  EXPECT_EQ(loop.Run(Find(*again, id + 1)).status().code(), StatusCode::kNotFound);
}

Task<void> Store(Task<StatusOr<int64_t>> task, Status& status) {
  const StatusOr<int64_t> result = co_await std::move(task);
  status = result.status();
}

Task<StatusOr<std::vector<Status>>> InsertAtOnce(Database& database, std::vector<std::string> words) {
  std::vector<Status> results(words.size());
  const TaskContext& context = co_await CurrentContext();
  Scope scope(context);
  for (size_t i = 0; i < words.size(); ++i) scope.Spawn(Store(Insert(database, words[i]), results[i]));
  CO_TRY(co_await scope.Join());
  co_return results;
}

TEST_F(DatabaseTest, OneFailingWriteUndoesNothingOfThoseCommittedWithIt) {
  const auto database = Open();
  const std::vector<Status> results = *loop.Run(InsertAtOnce(*database, {"a", "b", "a", "c"}));
  EXPECT_TRUE(results[0].ok());
  EXPECT_TRUE(results[1].ok());
  EXPECT_EQ(results[2].code(), StatusCode::kAlreadyExists);
  EXPECT_NE(MessageOf(results[2]).find("words.db: INSERT INTO words(word) VALUES(?): UNIQUE"),
            std::string_view::npos)
      << results[2];
  EXPECT_TRUE(results[3].ok());
  EXPECT_EQ(*loop.Run(Find(*database, 3)), "c");
}

Task<Status> Misspelled(Database& database) {
  co_return co_await database.Write([](Connection& db) -> Status {
    Query query(db, "INSERT INTO wrods(word) VALUES('a')");
    return query.Finish();
  });
}

TEST_F(DatabaseTest, WhatTheDatabaseItselfDidWrongIsForTheLogAndNotForClients) {
  const auto database = Open();
  const Status status = loop.Run(Misspelled(*database));
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(MessageOf(status), "the database cannot be used now");
}

// `pragma` is a literal, run by the writing connection.
Task<Status> Set(Database& database, const char* pragma) {
  co_return co_await database.Write([pragma](Connection& db) { return db.Execute(pragma); });
}

TEST_F(DatabaseTest, AFullDiskRefusesWritesAndIsForgottenOnceThereIsRoom) {
  const auto database = Open();
  const int64_t kept = *loop.Run(Insert(*database, "kept"));
  ASSERT_TRUE(loop.Run(Set(*database, "PRAGMA max_page_count = 8")).ok());
  const Status full = loop.Run(Insert(*database, std::string(1'000'000, 'x'))).status();
  EXPECT_EQ(full.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(MessageOf(full), "the database cannot be used now");
  EXPECT_EQ(*loop.Run(Find(*database, kept)), "kept");
  EXPECT_EQ(loop.Run(Find(*database, kept + 1)).status().code(), StatusCode::kNotFound);

  ASSERT_TRUE(loop.Run(Set(*database, "PRAGMA max_page_count = 10000")).ok());
  EXPECT_TRUE(loop.Run(Insert(*database, std::string(1'000'000, 'x'))).ok());
}

TEST_F(DatabaseTest, AWriteThatIsNotAllowedIsUnavailableAndReadsGoOn) {
  const auto database = Open();
  const int64_t kept = *loop.Run(Insert(*database, "kept"));
  ASSERT_TRUE(loop.Run(Set(*database, "PRAGMA query_only = 1")).ok());
  EXPECT_EQ(loop.Run(Insert(*database, "refused")).status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(*loop.Run(Find(*database, kept)), "kept");
}

TEST_F(DatabaseTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(path) << std::string(4096, 'x');
  const auto database = Database::Open({.path = path}, kMigrations);
  EXPECT_EQ(database.status().code(), StatusCode::kDataLoss);
  EXPECT_NE(MessageOf(database.status()).find("words.db"), std::string_view::npos);
}

TEST_F(DatabaseTest, RefusesAFileOfANewerProgram) {
  Open();
  const auto database = Database::Open({.path = path}, {});
  EXPECT_EQ(database.status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(DatabaseTest, NamesAFolderThatIsNotThere) {
  const auto database = Database::Open({.path = folder / "none" / "words.db"}, kMigrations);
  EXPECT_EQ(database.status().code(), StatusCode::kUnavailable);
  EXPECT_NE(MessageOf(database.status()).find("none/words.db"), std::string_view::npos);
}

}  // namespace
}  // namespace minato::sqlite
