#pragma once

#include <cstdio>
#include <exception>

namespace replay::bench {

/// The exit code of a program that does `work`: that of `work()`, or 1 where it throws, which is
/// said in one line.
template <class Work>
int run_program(const char* name, Work work) {
  try {
    return work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 1;
  }
}

}  // namespace replay::bench
