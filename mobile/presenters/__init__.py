"""What each screen shows and does, without Kivy; `README.md` lists them."""
