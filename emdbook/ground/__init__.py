"""What every room stands on: paths, JSON, one fault, the browser, how a number is written. It knows no other room."""
