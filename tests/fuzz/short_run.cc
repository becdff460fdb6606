// A fuzz target without libFuzzer, as a test: every file of the folders it is given, then mutations of them for a
// moment. What ends the process, or takes too long, is left as a file.
//
//   x_fuzz_test FOLDER|FILE...
//   MINATO_FUZZ_SEED=… repeats a run, MINATO_FUZZ_SECONDS=… makes it longer
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" [[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());

namespace minato {
namespace {

constexpr size_t kMutantBytesMax = 4 << 10;
constexpr time_t kInputCpuSecondsMax = 20;
constexpr double kSeconds = 1.5;
constexpr char kTellingBytes[] = "\0\xff\x80\x7f/:%{}[]\",.*=&\r\n";  // with the 0 at its end, too

// What runs now: handlers of signals have no other way to know.
std::string running;
std::string finding_file;

void Say(std::string_view text) { (void)!write(STDERR_FILENO, text.data(), text.size()); }

void LeaveInput() {
  const int file = open(finding_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  (void)!write(file, running.data(), running.size());
  close(file);
  Say("the input is in ");
  Say(finding_file);
  Say("\n");
}

void OnSignal(int number) {
  if (number == SIGPROF) Say("an input takes too long\n");
  LeaveInput();
  signal(number, SIG_DFL);
  raise(number);
}

void WatchForFindings() {
  const char* const folder = std::getenv("TEST_UNDECLARED_OUTPUTS_DIR");
  finding_file = fmt::format("{}/finding", folder == nullptr ? "." : folder);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(LeaveInput);
  static char stack[64 << 10];  // Of its own: recursion without end is a finding, too.
  stack_t alternative{};
  alternative.ss_sp = stack;
  alternative.ss_size = sizeof stack;
  sigaltstack(&alternative, nullptr);
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_ONSTACK;
  for (const int number : {SIGABRT, SIGPROF, SIGTERM}) sigaction(number, &action, nullptr);
  if (__sanitizer_set_death_callback != nullptr) return;
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) sigaction(number, &action, nullptr);
}

void Run(std::string input) {
  running = std::move(input);
  const itimerval limit{.it_interval = {}, .it_value = {.tv_sec = kInputCpuSecondsMax, .tv_usec = 0}};
  setitimer(ITIMER_PROF, &limit, nullptr);
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(running.data()), running.size());
}

std::vector<std::string> ReadInputs(int count, char** names) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const char* name : std::vector<const char*>(names, names + count)) {
    if (fs::is_regular_file(name)) files.push_back(name);
    if (!fs::is_directory(name)) continue;
    for (const auto& entry : fs::directory_iterator(name)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // The seed decides everything.
  std::vector<std::string> inputs;
  for (const std::string& file : files) {
    std::ifstream stream(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return inputs;
}

class Mutator {
 public:
  Mutator(const std::vector<std::string>& inputs, uint64_t seed) : inputs_(inputs), random_(seed) {}

  std::string Next() {
    std::string text = Any();
    for (size_t changes = 1 + Below(4); changes > 0; --changes) Change(text);
    text.resize(std::min(text.size(), kMutantBytesMax));
    return text;
  }

 private:
  size_t Below(size_t bound) { return random_() % bound; }
  const std::string& Any() { return inputs_[Below(inputs_.size())]; }
  std::string Piece(const std::string& text) {
    const size_t begin = Below(text.size() + 1);
    return text.substr(begin, Below(std::min<size_t>(text.size() - begin, 32) + 1));
  }

  void Change(std::string& text) {
    const size_t at = Below(text.size() + 1);
    switch (Below(7)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << Below(8)));
        break;
      case 1:
        if (at < text.size()) text[at] = kTellingBytes[Below(std::size(kTellingBytes))];
        break;
      case 2: text.erase(at, Below(16)); break;
      case 3: text.resize(at); break;
      case 4: {
        const std::string& other = Any();
        text.replace(at, std::string::npos, other, Below(other.size() + 1), std::string::npos);
        break;
      }
      case 5: text.insert(at, Piece(Any())); break;
      case 6: {
        const std::string piece = Piece(text);
        for (size_t times = 1 + Below(64); times > 0 && text.size() < kMutantBytesMax; --times) text.insert(at, piece);
        break;
      }
    }
  }

  const std::vector<std::string>& inputs_;
  std::mt19937_64 random_;
};

int Main(int count, char** names) {
  WatchForFindings();
  const std::vector<std::string> inputs = ReadInputs(count, names);
  if (inputs.empty()) {
    fmt::print(stderr, "no inputs\n");
    return 1;
  }
  for (const std::string& input : inputs) Run(input);
  const char* const chosen_seed = std::getenv("MINATO_FUZZ_SEED");
  const char* const seconds = std::getenv("MINATO_FUZZ_SECONDS");
  // The same in every run of ./test, where a new finding would be blamed on a change that has nothing to do with it.
  const uint64_t seed = chosen_seed == nullptr ? 1 : std::strtoull(chosen_seed, nullptr, 10);
  fmt::print(stderr, "{} inputs are good; MINATO_FUZZ_SEED={}\n", inputs.size(), seed);
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  const std::chrono::duration<double> mutating(seconds == nullptr ? kSeconds : std::atof(seconds));
  Mutator mutator(inputs, seed);
  size_t mutants = 0;
  for (; Clock::now() - begin < mutating; ++mutants) Run(mutator.Next());
  fmt::print(stderr, "{} mutants, too\n", mutants);
  return 0;
}

}  // namespace
}  // namespace minato

int main(int argc, char** argv) { return minato::Main(argc - 1, argv + 1); }
