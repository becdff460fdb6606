#include "gateway/filters/header_mutations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace minato::gateway {
namespace {

using config::HeaderMutations;
using Action = config::HeaderToAdd::Action;
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr Action kEvery[] = {Action::kAppendIfExistsOrAdd, Action::kAddIfAbsent, Action::kOverwriteIfExistsOrAdd,
                             Action::kOverwriteIfExists};

// What an answer and a request have for "x-a" if they had `values` of it; both must be alike.
std::vector<std::string> After(const std::vector<HeaderMutations>& levels, std::vector<std::string> values) {
  HeaderLevels pointers;
  for (const HeaderMutations& level : levels) pointers.push_back(&level);
  http::Headers answer;
  HeaderViews request;
  for (const std::string& value : values) {
    answer.Add("x-a", value);
    request.emplace_back("x-a", value);
  }
  std::list<std::string> made;
  Mutate(pointers, answer);
  Mutate(pointers, request, made);
  std::vector<std::string> of_answer, of_request;
  for (const http::HeaderField field : answer) of_answer.emplace_back(field.value);
  for (const auto& [name, value] : request) of_request.emplace_back(value);
  EXPECT_EQ(of_answer, of_request);
  return of_answer;
}

TEST(HeaderMutations, EachActionLooksAtWhatIsThere) {
  std::vector<std::vector<std::string>> absent, present;
  for (const Action action : kEvery) {
    const HeaderMutations level{.add = {{"x-a", "new", action}}};
    absent.push_back(After({level}, {}));
    present.push_back(After({level}, {"old", "older"}));
  }
  EXPECT_THAT(absent, ElementsAre(ElementsAre("new"), ElementsAre("new"), ElementsAre("new"), ElementsAre()));
  EXPECT_THAT(present, ElementsAre(ElementsAre("old", "older", "new"), ElementsAre("old", "older"),
                                   ElementsAre("new"), ElementsAre("new")));
}

TEST(HeaderMutations, RemovalComesFirst) {
  EXPECT_THAT(After({{.remove = {"x-a"}, .add = {{"x-a", "new", Action::kAddIfAbsent}}}}, {"old"}),
              ElementsAre("new"));
  EXPECT_THAT(After({{.remove = {"x-a"}, .add = {{"x-a", "new", Action::kOverwriteIfExists}}}}, {"old"}),
              ElementsAre());
}

TEST(HeaderMutations, OneLevelDecidesBeforeItAdds) {
  EXPECT_THAT(After({{.add = {{"x-a", "1"}, {"x-a", "2", Action::kAddIfAbsent}}}}, {}), ElementsAre("1", "2"));
  EXPECT_THAT(After({{.add = {{"x-a", "1"}, {"x-a", "2", Action::kOverwriteIfExistsOrAdd}}}}, {}),
              ElementsAre("2", "1"));
}

TEST(HeaderMutations, ALaterLevelSeesWhatTheOnesBeforeDid) {
  const HeaderMutations adds{.add = {{"x-a", "1"}}};
  EXPECT_THAT(After({adds, {.add = {{"x-a", "2", Action::kAddIfAbsent}}}}, {}), ElementsAre("1"));
  EXPECT_THAT(After({adds, {.remove = {"x-a"}}}, {"0"}), ElementsAre());
}

TEST(HeaderMutations, WhatHasOneValueIsJoined) {
  const HeaderMutations level{.add = {{"vary", "b"}, {"user-agent", "d"}}};
  http::Headers answer{{"vary", "a"}};
  Mutate({&level}, answer);
  EXPECT_EQ(answer.Find("vary"), "a,b");
  HeaderViews request{{"user-agent", "c"}};
  std::list<std::string> made;
  Mutate({&level}, request, made);
  EXPECT_THAT(request, ElementsAre(Pair("user-agent", "c,d"), Pair("vary", "b")));
}

}  // namespace
}  // namespace minato::gateway
