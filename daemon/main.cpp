#include <exception>
#include <iostream>

#include "base/error.h"
#include "commands/commands.h"

namespace {

int exit_code(replay::ErrorKind kind) {
  const bool wrong_usage =
      kind == replay::ErrorKind::malformed || kind == replay::ErrorKind::out_of_range;
  return wrong_usage ? 2 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return replay::commands::parse_command_line(argc, argv)();
  } catch (const replay::Error& error) {
    std::cerr << "decision-replay: " << error.what() << '\n';
    return exit_code(error.kind());
  } catch (const std::exception& error) {
    std::cerr << "decision-replay: " << replay::describe(error) << '\n';
    return 1;
  }
}
